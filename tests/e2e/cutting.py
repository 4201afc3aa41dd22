"""A proxy of TCP that cuts connections, or falls silent: what a bad network does."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Cutting:
    """Forwards to `port`. Cuts the first `cuts` connections after `after` bytes of the client's.

    With `hold`, the first connection that sends that much in all is neither cut nor forwarded any
    further; `held` tells when.
    """

    def __init__(self, port: int, *, after: int, cuts: int = 0, hold: bool = False) -> None:
        self._port, self._after, self._hold = port, after, hold
        self.cuts_left = cuts
        self.held = threading.Event()
        self._passed = 0
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.2)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._accepter = threading.Thread(target=self._accept, daemon=True)
        self._accepter.start()

    def close(self) -> None:
        self._over.set()
        self._accepter.join(10)
        self._listener.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                client = self._listener.accept()[0]
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(30)
        with client, socket.create_connection(("127.0.0.1", self._port), 30) as server:
            back = threading.Thread(target=self._back, args=(server, client), daemon=True)
            back.start()
            with contextlib.suppress(OSError):
                self._forth(client, server)
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            back.join(30)

    def _forth(self, client: socket.socket, server: socket.socket) -> None:
        here = 0
        while data := client.recv(64 * 1024):
            here += len(data)
            self._passed += len(data)
            if self._hold and self._passed > self._after:
                self.held.set()
                self._over.wait(60)
                return
            if self.cuts_left > 0 and here > self._after:
                self.cuts_left -= 1
                return
            server.sendall(data)

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(64 * 1024):
                client.sendall(data)


@contextlib.contextmanager
def cutting(port: int, *, after: int, cuts: int = 0, hold: bool = False) -> Iterator[Cutting]:
    """Stand before a port for a while."""
    proxy = Cutting(port, after=after, cuts=cuts, hold=hold)
    try:
        yield proxy
    finally:
        proxy.close()
