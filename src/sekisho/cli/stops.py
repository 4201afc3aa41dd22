"""`sekisho server …`: stopping everything, and letting it go on. Host commands."""

import argparse
import dataclasses

from sekisho.cli import output
from sekisho.cli.hosts import open_app
from sekisho.cli.options import Nouns, host_options, json_option, noun, verb
from sekisho.domain.stops import ServerStop
from sekisho.domain.text import plain
from sekisho.engine.tokens import HOST


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    verbs = noun(nouns, "server", "stop everything, and let it go on")
    about = "let no plan and no apply begin, in any workspace"
    hold = _host(verb(verbs, "stop-all", stop_all, about))
    hold.add_argument("--reason", required=True, help="why, for everybody who is held up")
    free = _host(verb(verbs, "resume", resume, "let plans and applies begin again"))
    free.add_argument("--reason", default="", help="why, for the audit")
    _host(verb(verbs, "status", status, "say whether everything is stopped, by whom and why"))


def _host(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    return json_option(host_options(parser))


def stop_all(args: argparse.Namespace) -> int:
    """`sekisho server stop-all`."""
    return _show(args, open_app(args).engine.stops.stop(HOST, args.reason))


def resume(args: argparse.Namespace) -> int:
    """`sekisho server resume`."""
    open_app(args).engine.stops.resume(HOST, args.reason)
    return _show(args, None)


def status(args: argparse.Namespace) -> int:
    """`sekisho server status`."""
    return _show(args, open_app(args).engine.stops.get())


def _show(args: argparse.Namespace, stop: ServerStop | None) -> int:
    if args.json:
        facts = dataclasses.asdict(stop) | {"at": stop.at.isoformat()} if stop else None
        output.as_json({"stopped": facts})
    elif stop:
        since, reason = f"{stop.at:%Y-%m-%d %H:%M:%S}Z", plain(stop.reason)
        output.say(f"Everything is stopped by {plain(stop.owner)} since {since}: {reason}")
    else:
        output.say("Nothing is stopped: plans and applies may begin.")
    return output.OK
