"""`sekisho audit export`, `evidence`, `verify-evidence`: what leaves the server as files."""

import argparse
import contextlib
import json
import os
import re
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sekisho.cli import output
from sekisho.cli.hosts import open_app
from sekisho.cli.languages import reader_language
from sekisho.cli.options import Nouns, host_options, json_option, run_id_word, verb
from sekisho.domain.errors import ArgumentsInvalid
from sekisho.engine.evidence_checks import LARGEST, Finding, check_evidence, read_evidence

_WORDS = {"en": ("holds", "DOES NOT HOLD", "note"), "ja": ("有効", "無効", "要対応")}
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def declare(verbs: Nouns) -> None:
    """Declare the commands, beside the others of the audit."""
    about = "write the audit as JSON Lines or CSV"
    export = json_option(host_options(verb(verbs, "export", audit_export, about)))
    export.add_argument(
        "--format",
        choices=("jsonl", "csv"),
        default="jsonl",
        help="jsonl (and with --json), or csv",
    )
    export.add_argument("--month", help="what happened in this month alone, like 2026-11")
    export.add_argument("--zone", default="UTC", help="time zone of months and CSV, Asia/Tokyo")
    export.add_argument("--language", choices=("en", "ja"), default="en", help="of CSV headers")
    export.add_argument(
        "--bom",
        action=argparse.BooleanOptionalAction,
        help="begin CSV with a byte order mark, for Excel (with --language ja it does)",
    )
    add_output(export)
    about = "write the evidence of one run, to be checked without this server"
    parser = json_option(host_options(verb(verbs, "evidence", audit_evidence, about)))
    add_output(run_id_word(parser))
    about = "check an evidence file; needs no data folder"
    check = json_option(verb(verbs, "verify-evidence", audit_verify_evidence, about))
    check.add_argument("file", type=Path, help="the file")
    check.add_argument("--key", help="the server's public key, like ed25519:…, or a file with it")
    about = "print the public key that evidence and checkpoints are signed with"
    json_option(host_options(verb(verbs, "key", audit_key, about)))


def audit_export(args: argparse.Namespace) -> int:
    """`sekisho audit export`."""
    from sekisho.views.audit_exports import exported, in_month

    zone = zone_named(args.zone)
    if args.month and not _MONTH.fullmatch(args.month):
        raise ArgumentsInvalid(problem=f"--month {args.month}: a month is like 2026-11")
    bom = args.language == "ja" if args.bom is None else args.bom
    records = open_app(args).engine.audits.all()
    if args.month:
        records = in_month(records, args.month, zone)
    form = "jsonl" if args.json else args.format
    write_pieces(args.output, exported(records, form, zone, args.language, bom=bom))
    return output.OK


def audit_evidence(args: argparse.Namespace) -> int:
    """`sekisho audit evidence`."""
    body = open_app(args).engine.evidences.of(args.run_id)
    write_pieces(args.output, [json.dumps(body, ensure_ascii=False, indent=1) + "\n"])
    return output.OK


def audit_verify_evidence(args: argparse.Namespace) -> int:
    """`sekisho audit verify-evidence`."""
    from sekisho.identity.public_keys import holds

    key = _key(args.key)
    try:
        with args.file.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as error:
        raise ArgumentsInvalid(problem=f"{args.file}: {error.strerror}") from None
    findings = check_evidence(read_evidence(raw), holds, key)
    sound = all(f.holds for f in findings)
    if args.json:
        output.as_json({"sound": sound, "findings": [_plain(f) for f in findings]})
    else:
        words = _WORDS[reader_language()]
        for finding in findings:
            said = finding.said.render(reader_language())
            output.say(f"{words[2 if finding.note else not finding.holds]}: {said}")
    return output.OK if sound else output.FAILED


def audit_key(args: argparse.Namespace) -> int:
    """`sekisho audit key`."""
    keys = open_app(args).parts.keys
    if args.json:
        output.as_json({"id": keys.key_id, "public": keys.public()})
    else:
        output.say(keys.public())
    return output.OK


def _plain(finding: Finding) -> dict[str, object]:
    said = finding.said
    found = {"name": finding.name, "holds": finding.holds, "note": finding.note}
    return {**found, "said": said.en, "said_ja": said.ja}


def _key(given: str | None) -> str | None:
    """Read a key that is given as it is, or as a file."""
    from sekisho.identity.public_keys import raw_of

    if given is None:
        return None
    text = given
    path = Path(given)
    if ":" not in given or path.is_file():
        try:
            text = path.read_text("utf-8")
        except (OSError, ValueError):
            raise ArgumentsInvalid(problem=f"--key {given}: no such key or file") from None
    try:
        raw_of(text.strip())
    except ValueError:
        raise ArgumentsInvalid(problem=f"--key {given}: not a public key of a server") from None
    return text.strip()


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone. Raises ArgumentsInvalid."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ArgumentsInvalid(problem=f"--zone {name}: no such time zone") from None


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add `--output`."""
    parser.add_argument("--output", type=Path, metavar="FILE", help="write here, not to the screen")


def write_pieces(path: Path | None, pieces: Iterable[str]) -> None:
    """Write pieces as they come: a file whole or not at all, for its owner alone."""
    if path is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode("utf-8", "surrogatepass"))
        sys.stdout.buffer.flush()
        return
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece.encode("utf-8", "surrogatepass"))
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as error:
        raise ArgumentsInvalid(problem=f"--output {path}: {error.strerror}") from None
    finally:
        with contextlib.suppress(OSError):
            aside.unlink()
