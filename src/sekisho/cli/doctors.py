"""`sekisho doctor`: where the way to the server ends, and what to do about it."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sekisho.app import SystemClock
from sekisho.cli import errors, output
from sekisho.cli.hosts import settings_of
from sekisho.cli.languages import reader_language
from sekisho.cli.options import Nouns, host_options, json_option, verb
from sekisho.settings import read_settings
from sekisho_client import probes
from sekisho_client.doctor import NG, Finding, Visit, examine
from sekisho_client.errors import ClientError, failure
from sekisho_client.ides import mcp_address
from sekisho_client.settings import find_server

_LONGEST = 120


def declare(nouns: Nouns) -> None:
    """Declare the command."""
    about = "check the way to a server, step by step; each line has a code and a fix"
    parser = json_option(host_options(verb(nouns, "doctor", doctor, about)))
    parser.add_argument("--server", help="address of the server (SEKISHO_URL)")
    about = "certificates to trust besides the system's, PEM (SEKISHO_CA_FILE)"
    parser.add_argument("--ca-file", type=Path, metavar="FILE", help=about)
    about = "seconds that each connection and answer may take (5)"
    parser.add_argument("--timeout", type=int, default=5, metavar="SECONDS", help=about)
    about = "check the server's own machine instead: settings, data folder, Terraform"
    parser.add_argument("--host", action="store_true", help=about)


def doctor(args: argparse.Namespace) -> int:
    """`sekisho doctor`: 0 all is well, 1 something is not, 2 called wrongly."""
    if args.host:
        from sekisho.cli.host_checks import examine_host

        return _report(args, examine_host(settings_of(args)))
    try:
        visit = _visit(args)
    except ClientError as error:
        errors.tell(error)
        return output.USAGE
    return _report(args, examine(visit))


def _visit(args: argparse.Namespace) -> Visit:
    data_dir = args.data_dir or read_settings().data_dir
    server = find_server(args.server, data_dir, ca_file=args.ca_file)
    path = urlsplit(mcp_address(server.url, "")).path
    url = mcp_address(server.url, "").removesuffix(path)
    if not 1 <= args.timeout <= _LONGEST:
        wanted = f"1 to {_LONGEST}"
        raise failure("option_invalid", option="--timeout", wanted=wanted, command="sekisho doctor")
    place = probes.place_of(url, ca_file=server.ca_file, timeout=args.timeout)
    return Visit(place, server.token, path, SystemClock().now)


def _report(args: argparse.Namespace, findings: Iterable[Finding]) -> int:
    language = reader_language()
    rows: list[dict[str, Any]] = []
    for finding in findings:
        text, fix = finding.text(language), finding.fix(language)
        row = {"step": finding.step, "result": finding.result, "code": finding.code}
        rows.append(row | {"text": text, "fix": fix})
        if not args.json:
            # As they come: whoever waits for a timeout sees where.
            result = output.told(finding.result) + " " * (4 - len(finding.result))
            output.say(f"{result}  {finding.step:<10}  {text} [{finding.code}]")
            if fix:
                output.say(f"      fix: {fix}")
            output.flush()
    bad = any(row["result"] == NG for row in rows)
    if args.json:
        output.as_json({"ok": not bad, "checks": rows})
    return output.FAILED if bad else output.OK
