"""`push`: sends a folder to a workspace, as a configuration to plan from.

Nothing is sent before the person has seen what it is: what is chosen, what stays behind and why,
and whether something in it looks like a credential.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sekisho_client import manifests
from sekisho_client.errors import ClientError, failure
from sekisho_client.http import Client
from sekisho_client.manifests import Caps
from sekisho_client.offers import Offer, make_offer
from sekisho_client.settings import find_display, find_server, git_environment, named_data_dir
from sekisho_client.terminal import Terminal
from sekisho_client.texts import shown, size_shown
from sekisho_client.transfers import Transfer, Watcher

ABOUT = "send a folder to a workspace, to plan from"
OK, FAILED, INTERRUPTED = 0, 1, 130
UNSETTLED = frozenset({"plan_queued", "planning", "apply_queued", "applying"})
GOOD = frozenset({"awaiting_approval", "approved", "applied", "no_changes"})
"""Statuses of a run that settled well; exit codes of every command are by these."""
_WAIT = 10
_TOLD = 10
"""Findings that are told one by one."""


def options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Declare the options of `push`."""
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), help="the folder (.)")
    parser.add_argument("--workspace", required=True, help="the workspace to send it to")
    parser.add_argument("--server", help="address of the server (SEKISHO_URL)")
    parser.add_argument("--data-dir", type=Path, help="data folder of a server on this machine")
    parser.add_argument("--ca-file", type=Path, help="private authority, PEM (SEKISHO_CA_FILE)")
    parser.add_argument("--plan", action="store_true", help="plan it at once, and wait")
    parser.add_argument("--message", default="", help="why, for reviewers; with --plan")
    parser.add_argument("--dry-run", action="store_true", help="show what would be sent")
    parser.add_argument("--allow-secrets", action="store_true", help="send it in spite of findings")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    return parser


def run(args: argparse.Namespace, data_dir: Path | None = None) -> int:
    """Push, and return the exit code; `data_dir` is that of a server on this machine."""
    display = find_display(choice=getattr(args, "color", "auto"), terminal=sys.stderr.isatty())
    terminal = Terminal(display, as_json=args.json)
    try:
        return _push(args, terminal, args.data_dir or data_dir or named_data_dir())
    except ClientError as error:
        terminal.error(error)
    except OSError as error:
        terminal.error(failure("file_unreadable", problem=error))
    except KeyboardInterrupt:
        terminal.note(
            "\nInterrupted. Run it again: what arrived is not sent a second time.",
            "\n中断しました。再実行すると、届いているファイルは再送されません。",
        )
        return INTERRUPTED
    return FAILED


def _push(args: argparse.Namespace, terminal: Terminal, data_dir: Path | None) -> int:
    client, caps = None, Caps()
    if not args.dry_run:
        client = Client(find_server(args.server, data_dir, ca_file=args.ca_file))
        caps = _caps(client)
    offer = make_offer(args.folder, git_environment(), caps, terminal)
    _show_findings(offer, terminal, allowed=args.allow_secrets)
    _show(offer, args, terminal)
    if client is None:
        return _result(args, offer, {}, None)
    asks = terminal.live and sys.stdin.isatty() and not (args.yes or args.json)
    if asks and not terminal.ask("Send it?", "送信しますか?"):
        terminal.note("Nothing was sent.", "何も送信していません。")
        return FAILED
    return _send(args, offer, client, terminal)


def _send(args: argparse.Namespace, offer: Offer, client: Client, terminal: Terminal) -> int:
    def waiting(error: ClientError, seconds: float) -> None:
        why = error.message
        terminal.warn(
            f"{why.english} Trying again in {seconds:.0f} s.",
            f"{why.japanese} {seconds:.0f} 秒後に再試行します。",
        )

    def progress(done: int, whole: int) -> None:
        terminal.progress(done, whole, f"{size_shown(done)} / {size_shown(whole)}")

    transfer = Transfer(client, args.workspace, offer.contents, Watcher(progress, waiting))
    made = transfer.run()
    report = transfer.report
    if made["digest"] != offer.digest:
        raise failure("digest_differs", made=made["digest"], expected=offer.digest)
    sent, already = size_shown(report.sent), size_shown(report.already)
    terminal.note(
        f"Sent {sent} in {report.packs} packs; {already} were there already.",
        f"{sent} を {report.packs} 回に分けて送信しました（送信済み: {already}）。",
    )
    planned = _plan(args, client, offer.digest, terminal) if args.plan else None
    facts = {"sent_bytes": report.sent, "already_bytes": report.already, "packs": report.packs}
    if not planned and not args.json:
        command = f"sekisho plan create {args.workspace} --configuration {offer.digest}"
        terminal.note(f"Next: {command}", f"次: {command}")
    return _result(args, offer, facts, planned)


def _caps(client: Client) -> Caps:
    try:
        return Caps.of(client.get("/pushes"))
    except ClientError as error:
        if error.code != "path_unknown":
            raise
        raise failure("server_too_old", url=client.url) from None


def _plan(
    args: argparse.Namespace, client: Client, digest: str, terminal: Terminal
) -> dict[str, Any]:
    asked = {"workspace": args.workspace, "configuration": digest, "message": args.message}
    made = client.post("/runs", asked)
    terminal.note(f"Planning: {made['id']}", f"計画しています: {made['id']}")
    while made["status"] in UNSETTLED:
        made = client.get(f"/runs/{made['id']}", {"wait": _WAIT})
    _show_run(made, terminal)
    return made


def _show_run(made: Mapping[str, Any], terminal: Terminal) -> None:
    problem, review = made.get("problem"), made.get("review_url")
    if problem:
        text, step = shown(str(problem["text"])), shown(str(problem["next"]))
        terminal.problem(shown(str(problem["code"])), text, step)
    elif review:
        terminal.note(f"Review: {review}", f"レビュー: {review}")


def _result(
    args: argparse.Namespace,
    offer: Offer,
    facts: Mapping[str, object],
    planned: Mapping[str, Any] | None,
) -> int:
    """Print the result on standard output."""
    if args.json:
        whole = {
            "workspace": args.workspace,
            "digest": offer.digest,
            "files": len(offer.contents),
            "bytes": offer.size,
            "sent": not args.dry_run,
            **facts,
            "largest": [{"path": f.path, "size": f.size} for f in manifests.largest(offer.files)],
            "left_out": {reason: len(paths) for reason, paths in offer.left.items()},
            "findings": [{"path": f.path, "line": f.line, "kind": f.kind} for f in offer.findings],
        }
        whole |= {"run": dict(planned)} if planned else {}
        json.dump(whole, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    else:
        sys.stdout.write(f"{offer.digest}\n")
        if planned:
            sys.stdout.write(f"{planned['id']}  {planned['status']}\n")
    good = not planned or planned["status"] in GOOD
    return OK if good else FAILED


def _show(offer: Offer, args: argparse.Namespace, terminal: Terminal) -> None:
    """Show the manifest: how much, the largest, what stays behind, the digest."""
    if args.json:
        return
    count, size = len(offer.contents), size_shown(offer.size)
    terminal.note(
        f"{args.workspace}: {count} files, {size}", f"{args.workspace}: {count} ファイル、{size}"
    )
    for file in manifests.largest(offer.files):
        terminal.aside(*[f"  {size_shown(file.size):>9}  {shown(file.path)}"] * 2)
    for reason, paths in sorted(offer.left.items()):
        why = terminal.words(*manifests.REASONS[reason])
        first = shown(min(paths))
        terminal.aside(
            f"  left out: {len(paths)} ({why}), such as {first}",
            f"  送信しない: {len(paths)} 件（{why}）例: {first}",
        )
    terminal.note(f"  {offer.digest}", f"  {offer.digest}")


def _show_findings(offer: Offer, terminal: Terminal, *, allowed: bool) -> None:
    """Tell what looks like a credential. Raises ClientError where that was not allowed."""
    for found in offer.findings[:_TOLD]:
        place = f"{shown(found.path)}:{found.line}: {found.kind}"
        terminal.warn(place, place)
    count = len(offer.findings)
    if count > _TOLD:
        terminal.warn(f"… {count - _TOLD} more", f"… ほか {count - _TOLD} 件")
    if count and not allowed:
        raise failure("secrets_found", count=count)
    if count:
        terminal.warn(
            "Sending them all the same: plans made from this can read them.",
            "そのまま送信します。この構成から作る計画で読み取れる状態になります。",
        )
