"""Commands that run for long: `serve`, `stdio`, `worker`."""

import argparse
import signal
import sys
import threading
from types import FrameType

from sekisho import __version__
from sekisho.app import App, build, console_url
from sekisho.cli import output
from sekisho.cli.hosts import settings_of
from sekisho.cli.options import Nouns, host_options, verb
from sekisho.settings import unknown_settings


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    about = "run the server: MCP for agents, the console for people, and a worker"
    serving = host_options(verb(nouns, "serve", serve, about))
    serving.add_argument("--host", help="address to listen on (SEKISHO_HOST, 127.0.0.1)")
    serving.add_argument("--port", type=int, help="port to listen on (SEKISHO_PORT, 8080)")
    about = "of the log on standard error (SEKISHO_LOG_FORMAT; text on a terminal)"
    serving.add_argument("--log-format", choices=("json", "text"), help=about)
    about = "speak MCP on standard input and output, sharing the data folder of `serve`"
    host_options(verb(nouns, "stdio", stdio, about))
    host_options(verb(nouns, "worker", work, "run plans and applies, and nothing else"))


def serve(args: argparse.Namespace) -> int:
    """`sekisho serve`."""
    from sekisho.cli.serving import listen, run_server

    form = args.log_format or ("text" if sys.stderr.isatty() else None)
    settings = settings_of(args, host=args.host, port=args.port, log_format=form)
    _warn()
    # First: no worker should start beside a server that cannot. A port of 0 becomes a real one.
    listener = listen(settings.host, settings.port)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    app = build(settings, serves=True, show=output.note)
    url = console_url(settings)
    output.note(f"Sekisho: console {url}  MCP {url}{settings.endpoint}  data {settings.data_dir}")
    run_server(app, listener)
    return output.OK


def stdio(args: argparse.Namespace) -> int:
    """`sekisho stdio`: an IDE may end this process at any time, so it carries plans alone."""
    from sekisho.mcp_server.call import FaceOptions
    from sekisho.mcp_server.server import build_server
    from sekisho.mcp_server.stdio import serve_stdio

    app = build(settings_of(args), serves=False)
    stop = threading.Event()
    worker = app.worker(applies=False)
    thread = threading.Thread(target=worker.run, args=(stop.is_set,), daemon=True)
    thread.start()
    try:
        serve_stdio(build_server(app.engine, FaceOptions(version=__version__)))
    finally:
        stop.set()
        app.parts.bell.ring()
        thread.join(app.parts.limits.drain_for)
        app.close()
    return output.OK


def work(args: argparse.Namespace) -> int:
    """`sekisho worker`."""
    app = build(settings_of(args), serves=False)
    stop = threading.Event()
    _stop_on_signals(app, stop)
    app.worker().run(stop.is_set)
    app.close()
    return output.OK


def _stop_on_signals(app: App, stop: threading.Event) -> None:
    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        app.parts.bell.ring()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)


def _warn() -> None:
    for name, near in unknown_settings(("SEKISHO_URL", "SEKISHO_TOKEN", "SEKISHO_TOKEN_FILE")):
        hint = f" Did you mean {near}?" if near else ""
        output.error("setting_unknown", f"{name} means nothing.{hint}")
