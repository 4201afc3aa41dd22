"""`sekisho audit …`: reading the audit, and proving it."""

import argparse
import dataclasses

from sekisho.cli import errors, output
from sekisho.cli.hosts import open_app
from sekisho.cli.options import Nouns, host_options, json_option, noun, verb
from sekisho.cli.progress import Progress
from sekisho.domain.audit import AuditRecord
from sekisho.domain.errors import AuditEmpty, AuditFault
from sekisho.domain.text import plain


def declare(nouns: Nouns) -> None:
    """Declare the commands."""
    verbs = noun(nouns, "audit", "read and verify the audit")
    listing = host_options(verb(verbs, "list", audit_list, "print audit records, oldest first"))
    listing.add_argument("--run", help="of one run alone")
    listing.add_argument("--after", type=int, default=0, help="after this sequence number")
    listing.add_argument("--limit", type=int, default=100, help="at most so many (100)")
    json_option(listing)
    about = "prove that the audit is whole and every apply was approved"
    json_option(host_options(verb(verbs, "verify", audit_verify, about)))


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
    app = open_app(args)
    audits = app.engine.audits
    with Progress() as progress:
        progress.phase("reading the chain")
        total = audits.head()
        progress.phase("matching applies to approvals")
        report = audits.verify(lambda done: progress.count(done, total))
    if args.json:
        output.as_json(dataclasses.asdict(report))
    elif report.records == 0 and not report.faults:
        raise AuditEmpty(folder=app.settings.data_dir)
    elif report.faults:
        for fault in report.faults:
            errors.tell(AuditFault(sequence=fault.sequence, reason=fault.reason))
    else:
        output.say(
            f"The audit is whole: {report.records} records, {report.applies} applies, each with "
            f"the approvals its rules required. Head {report.head[:16]}."
        )
    return output.FAILED if report.faults else output.OK


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
