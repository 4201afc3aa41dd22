"""The way out of this machine, as clients find it: a proxy that notes who asks, and refuses."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextlib.contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve on a free port of loopback; yield the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


class Outside:
    """What clients asked for beyond loopback."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.address = ""

    def environment(self) -> dict[str, str]:
        """Return what sends a client here with all that is not on this machine."""
        names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
        near = "127.0.0.1,localhost"
        return dict.fromkeys(names, self.address) | {"NO_PROXY": near, "no_proxy": near}


@contextlib.contextmanager
def no_way_out() -> Iterator[Outside]:
    """Run the proxy."""
    outside = Outside()

    class Refusing(BaseHTTPRequestHandler):
        def _refuse(self) -> None:
            outside.asked.append(f"{self.command} {self.path}")
            self.send_error(502)

        # The names are the standard library's.
        do_CONNECT = _refuse  # noqa: N815
        do_GET = _refuse  # noqa: N815
        do_HEAD = _refuse  # noqa: N815
        do_POST = _refuse  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name there)
            """Say nothing: `asked` is the log."""

    with listening(Refusing) as outside.address:
        yield outside
