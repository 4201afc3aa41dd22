"""`sekisho audit …`: reading the audit, and proving it."""

import argparse
from pathlib import Path

from sekisho.cli import audit_files, errors, output
from sekisho.cli.hosts import open_app
from sekisho.cli.languages import reader_language
from sekisho.cli.options import Nouns, host_options, json_option, noun, verb
from sekisho.cli.progress import Progress
from sekisho.domain.audit import AuditFault as Fault
from sekisho.domain.audit import AuditRecord
from sekisho.domain.errors import ArgumentsInvalid, AuditEmpty, AuditFault
from sekisho.domain.text import Text, plain
from sekisho.engine.audit_anchors import pasted
from sekisho.engine.audits import AuditReport
from sekisho.ports import Anchored

_DUE = {"en": "Still to be looked at", "ja": "事後確認が必要"}


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    verbs = noun(nouns, "audit", "read and verify the audit")
    listing = host_options(verb(verbs, "list", audit_list, "print audit records, oldest first"))
    listing.add_argument("--run", help="of one run alone")
    listing.add_argument("--after", type=int, default=0, help="after this sequence number")
    listing.add_argument("--limit", type=int, default=100, help="at most so many (100)")
    json_option(listing)
    about = "prove that the audit and all that is stored is whole, and every apply was approved"
    proving = json_option(host_options(verb(verbs, "verify", audit_verify, about)))
    proving.add_argument(
        "--anchors",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="checkpoints from elsewhere: lines of the server's log, or of anchor files",
    )
    audit_files.declare(verbs)


def audit_list(args: argparse.Namespace) -> int:
    """`sekisho audit list`."""
    records = open_app(args).engine.audits.list(args.after, args.limit, args.run)
    if args.json:
        output.as_json([_plain(r) for r in records])
        return output.OK
    rows = [
        {
            "sequence": r.sequence,
            "at": f"{r.entry.at:%Y-%m-%d %H:%M:%S}Z",
            "action": r.entry.action,
            "person": r.entry.caller.person,
            "via": plain(r.entry.caller.via, 30),
            "workspace": r.entry.workspace,
            "run": r.entry.run_id,
        }
        for r in records
    ]
    output.table(rows, ("sequence", "at", "action", "person", "via", "workspace", "run"))
    return output.OK


def audit_verify(args: argparse.Namespace) -> int:
    """`sekisho audit verify`."""
    given = [anchored for path in args.anchors for anchored in _anchors(path)]
    app = open_app(args)
    audits = app.engine.audits
    with Progress() as progress:
        progress.phase("reading the chain")
        total = audits.head()
        progress.phase("matching applies to approvals, and all that is stored to its seals")
        report = audits.verify(lambda done: progress.count(done, total), given)
    if args.json:
        output.as_json(_report(report))
    elif report.records == 0 and not report.faults:
        raise AuditEmpty(folder=app.settings.data_dir)
    elif report.faults:
        for fault in report.faults:
            errors.tell(AuditFault(what=_what(fault), reason=fault.said))
    else:
        output.say(
            f"The audit is whole: {report.records} records, {report.applies} applies, each with "
            f"the approvals its rules required. Head {report.head[:16]}.\n"
            f"What is stored is what the server wrote last: {report.rows} rows, {report.blobs} "
            f"files; {report.checkpoints} checkpoints from outside the store agree."
        )
    for late in () if args.json else report.overdue:
        output.say(f"{_DUE[reader_language()]}: {late.said.render(reader_language())}")
    return output.FAILED if report.faults else output.OK


def _anchors(path: Path) -> list[Anchored]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            found = list(pasted(path.name, file))
    except OSError as error:
        raise ArgumentsInvalid(problem=f"--anchors {path}: {error.strerror}") from None
    if not found:
        raise ArgumentsInvalid(problem=f"--anchors {path}: there is no checkpoint in it")
    return found


def _what(fault: Fault) -> Text:
    number = fault.sequence
    return Text(fault.where or f"record {number}", fault.where or f"記録 {number}")


def _report(report: AuditReport) -> dict[str, object]:
    overdue = [_fault(f) for f in report.overdue]
    return {**vars(report), "faults": [_fault(f) for f in report.faults], "overdue": overdue}


def _fault(found: Fault) -> dict[str, object]:
    told = {"sequence": found.sequence, "where": found.where}
    return {**told, "reason": found.reason, "reason_ja": found.said.ja}


def _plain(record: AuditRecord) -> dict[str, object]:
    entry = record.entry
    return {
        "sequence": record.sequence,
        "at": entry.at.isoformat(),
        "action": entry.action,
        "person": entry.caller.person,
        "via": entry.caller.via,
        "claimed_team": entry.caller.claimed_team or None,
        "workspace": entry.workspace,
        "run_id": entry.run_id,
        "facts": dict(entry.facts),
        "digest": record.digest,
    }
