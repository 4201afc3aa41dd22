"""Commands that run for long: `serve`, `stdio`, `worker`."""

import argparse
import gc
import signal
import sys
import threading
from types import FrameType

from sekisho import __version__
from sekisho.app import App, build
from sekisho.cli import output
from sekisho.cli.containing import contain
from sekisho.cli.hosts import settings_of
from sekisho.cli.options import DOOR, Nouns, door_options, host_options, verb
from sekisho.cli.reloading import following
from sekisho.settings import Settings, given_transport, setting_remarks
from sekisho.settings.reach import console_url, only_here


def declare(nouns: Nouns) -> None:
    """Declare the commands, those of HashiCorp's server among them."""
    about = "run the server: MCP for agents, the console for people, and a worker"
    for name in ("serve", "streamable-http", "http"):
        said = about if name == "serve" else "as `serve`, by the name in HashiCorp's server"
        serving = door_options(host_options(verb(nouns, name, serve, said)))
        more = serving.add_argument_group("short names")
        about_host = "address to listen on (SEKISHO_HOST, 127.0.0.1)"
        more.add_argument("--host", dest=f"{DOOR}host", default=argparse.SUPPRESS, help=about_host)
        about_port = "port to listen on (SEKISHO_PORT, 8080)"
        more.add_argument("--port", dest=f"{DOOR}port", default=argparse.SUPPRESS, help=about_port)
    about = "speak MCP on standard input and output, sharing the data folder of `serve`"
    door_options(host_options(verb(nouns, "stdio", stdio, about)))
    host_options(verb(nouns, "worker", work, "run plans and applies, and nothing else"))


def start(args: argparse.Namespace) -> int:
    """`sekisho` without a command: what the environment says, else stdio, as HashiCorp's server.

    So `docker run -i IMAGE` speaks MCP with whoever started it.
    """
    return serve(args) if given_transport() == "streamable-http" else stdio(args)


def serve(args: argparse.Namespace) -> int:
    """`sekisho serve`."""
    gc.disable()  # what a start makes, it keeps: looking for garbage in it is a tenth of the time
    from sekisho.cli.serving import listen, run_server, tell_standing

    settings = settings_of(args)
    if sys.stderr.isatty() and "log_format" not in settings.model_fields_set:
        settings = settings.model_copy(update={"log_format": "text"})
    _warn(settings)
    # First: no worker should start beside a server that cannot. A port of 0 becomes a real one.
    listener = listen(settings.host, settings.port)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    app = build(settings, serves=True, show=output.note)
    contain(settings, app.parts.journal.event)
    url = console_url(settings)
    console = f"console {url}  " if only_here(settings) else ""
    output.note(f"Sekisho: {console}MCP {url}{settings.endpoint}  data {settings.data_dir}")
    tell_standing(app)
    run_server(app, listener)
    return output.OK


def stdio(args: argparse.Namespace) -> int:
    """`sekisho stdio`: an IDE may end this process at any time, so it carries plans alone."""
    from sekisho.cli.serving import tool_selection
    from sekisho.mcp_server.call import FaceOptions
    from sekisho.mcp_server.server import build_server
    from sekisho.mcp_server.stdio import serve_stdio

    settings = settings_of(args)
    _warn(settings)
    app = build(near(settings), serves=False)
    contain(settings, app.parts.journal.event)
    stop = threading.Event()
    thread = threading.Thread(target=_carry_plans, args=(app, stop), daemon=True)
    thread.start()
    try:
        face = FaceOptions(__version__, selection=tool_selection(settings))
        # An IDE that goes away may say so by SIGHUP, so that ends this process, as ever.
        with following(app, "stdio", hangup=False):
            serve_stdio(build_server(app.engine, face))
    finally:
        stop.set()
        app.parts.bell.ring()
        thread.join(app.parts.limits.drain_for)
        app.close()
    return output.OK


def near(settings: Settings) -> Settings:
    """Take whoever starts `stdio` as somebody on this machine: the data folder is open to them.

    It listens nowhere, whatever the address of `serve`, and nothing on it could carry a key.
    """
    auth = "auto" if settings.auth == "keys" else settings.auth
    return settings.model_copy(update={"host": "127.0.0.1", "auth": auth})


def _carry_plans(app: App, stop: threading.Event) -> None:
    if not app.parts.closed:
        app.worker(applies=False).run(stop.is_set)


def work(args: argparse.Namespace) -> int:
    """`sekisho worker`."""
    app = build(settings_of(args), serves=False)
    contain(app.settings, app.parts.journal.event)
    stop = threading.Event()
    _stop_on_signals(app, stop)
    with following(app, "worker"):
        app.worker().run(stop.is_set)
    app.close()
    return output.OK


def _stop_on_signals(app: App, stop: threading.Event) -> None:
    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        app.parts.bell.ring()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)


def _warn(settings: Settings) -> None:
    """Say what was set and does not do what somebody may hope."""
    from sekisho.cli.serving import tool_selection
    from sekisho.mcp_server.tools import TOOLS

    for name in tool_selection(settings).unknown(TOOLS):
        output.note(f"warning [tool_unknown]: there is no tool or toolset {name} in this version")
    for name, remark in setting_remarks(("SEKISHO_URL", "SEKISHO_TOKEN", "SEKISHO_TOKEN_FILE")):
        output.note(f"warning [setting_without_effect]: {name}: {remark}")
