"""`sekisho scan …`: the scanner of this machine, and what a server's scan of a run found."""

import argparse
from pathlib import Path
from typing import Any

from sekisho.cli import output
from sekisho.cli.hosts import settings_of
from sekisho.cli.options import (
    Nouns,
    host_options,
    json_option,
    noun,
    remote_options,
    run_id_word,
    verb,
)
from sekisho.cli.remote import client_of
from sekisho.domain.errors import ScannerMissing
from sekisho.settings import environment

SEVERITIES = ("critical", "high", "medium", "low")


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    scan = noun(nouns, "scan", "install the security scanner; read what a scan found")
    about = "install Checkov into an environment of its own in the data folder"
    setup = json_option(host_options(verb(scan, "setup", scan_setup, about)))
    about = "a folder with all files of the lock; without it pip goes where it is configured to"
    setup.add_argument("--wheels", type=Path, metavar="DIR", help=about)
    about = "say which scanner is installed in the data folder"
    json_option(host_options(verb(scan, "status", scan_status, about)))
    about = "show what the scan of a run found, worst first"
    show = run_id_word(remote_options(verb(scan, "show", scan_show, about)))
    about = "findings of this severity alone; may be given again"
    show.add_argument("--severity", action="append", choices=SEVERITIES, help=about)


def scan_setup(args: argparse.Namespace) -> int:
    """`sekisho scan setup`."""
    found = _installation(args)
    version = found.install(args.wheels, environment(), output.note)
    return _told(args, version, str(found.place))


def scan_status(args: argparse.Namespace) -> int:
    """`sekisho scan status`: 0 where a scanner is installed."""
    found = _installation(args)
    if not found.version():
        raise ScannerMissing
    return _told(args, found.version(), str(found.place))


def scan_show(args: argparse.Namespace) -> int:
    """`sekisho scan show RUN`."""
    client, rows, cursor = client_of(args), list[dict[str, Any]](), 0
    while True:
        query = {"cursor": cursor, "limit": 200}
        page = client.get(f"/runs/{args.run_id}/scan", query, severity=tuple(args.severity or ()))
        rows += page["findings"]
        if page.get("cursor") is None:
            break
        cursor = page["cursor"]
    if args.json:
        output.as_json(page | {"findings": rows, "left_out": 0})
        return output.OK
    tally = ", ".join(f"{count} {name}" for name, count in page["counts"].items()) or "-"
    output.say(f"{page['scanner']}: {tally}; {page['suppressed']} suppressed")
    output.table(rows, ("severity", "check", "place", "file", "name", "held"))
    return output.OK


def _installation(args: argparse.Namespace) -> Any:
    from sekisho.app import make_scanner_installation

    return make_scanner_installation(settings_of(args))


def _told(args: argparse.Namespace, version: str, place: str) -> int:
    if args.json:
        output.as_json({"scanner": "checkov", "version": version, "place": place})
    else:
        output.say(f"Checkov {version} is installed: {place}")
    return output.OK
