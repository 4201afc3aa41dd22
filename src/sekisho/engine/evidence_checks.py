"""Checking an evidence file with nothing but the file, and the server's public key."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sekisho.domain.audit import AuditEntry, AuditRecord
from sekisho.domain.callers import Caller
from sekisho.domain.checkpoints import read_checkpoint
from sekisho.domain.errors import EvidenceInvalid
from sekisho.domain.text import Text
from sekisho.engine.audit_proofs import Proofs
from sekisho.engine.evidence import KIND, VERSION, Body, signed_bytes

Holds = Callable[[str, bytes, str], bool]
"""`holds(public_key, message, signature)`"""
LARGEST = 64 * 1024 * 1024
"""Bytes of a file that are read at most."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it holds, and what it is.

    `note`: it is no proof, and says what is still to be done.
    """

    name: str
    holds: bool
    said: Text
    note: bool = False


_TRUSTED = Text("the key is the one that you named", "公開鍵は指定された鍵と一致します")
_OTHER_KEY = Text("the key is not the one that you named", "公開鍵が指定された鍵と一致しません")
_KEY = Text(
    "the key has the id that the file says ({id}); compare it with the server's",
    "公開鍵の ID はファイルの記載どおりです（{id}）。サーバーの鍵と照合してください",
)
_KEY_BROKEN = Text(
    "the key does not have the id that the file says", "公開鍵の ID がファイルの記載と異なります"
)
_WHOLE = Text("the server signed this file as it is", "ファイル全体がサーバーの署名と一致します")
_CHANGED = Text(
    "the file is not as the server signed it: something in it was changed",
    "ファイルがサーバーの署名と一致しません（内容が変更されています）",
)
_SEAL = Text("the seal of the plan is signed", "計画の封印の署名は有効です")
_SEAL_BROKEN = Text("the seal of the plan is not signed", "計画の封印の署名が無効です")
_APPROVAL = Text(
    "the approval by {person} at {at} is signed, and is about this seal",
    "{person} の承認（{at}）の署名は有効で、この封印に対するものです",
)
_APPROVAL_BROKEN = Text(
    "the approval by {person} is not signed, or is about another seal",
    "{person} の承認の署名が無効か、別の封印に対するものです",
)
_PASSED = Text(
    "the override by {person} at {at} ({kind}) is signed, and is about this seal",
    "{person} の例外承認（{at}、{kind}）の署名は有効で、この封印に対するものです",
)
_PASSED_BROKEN = Text(
    "the override by {person} is not signed, or is about another seal",
    "{person} の例外承認の署名が無効か、別の封印に対するものです",
)
_CHECKPOINT = Text(
    "a signed checkpoint of the audit at record {sequence} covers every record here",
    "署名済みチェックポイント（記録 {sequence}）がすべての記録を含んでいます",
)
_CHECKPOINT_BROKEN = Text(
    "no signed checkpoint of the audit covers the records here",
    "記録を含む署名済みチェックポイントがありません",
)
_RECORDS = Text(
    "the records tell of this run alone, in order, and of every decision",
    "記録はこの実行のもので順序も正しく、すべての承認・例外承認が含まれています",
)
_RECORDS_BROKEN = Text(
    "the records are not this run's, not in order, or lack a decision",
    "記録が別の実行のものか、順序が不正か、承認・例外承認が欠けています",
)
_PROOF = Text("each apply had what its rules required", "適用はすべてルールの要件を満たしています")


def read_evidence(raw: bytes) -> Body:
    """Read a file. Raises EvidenceInvalid."""
    if len(raw) > LARGEST:
        raise EvidenceInvalid(problem=f"it is larger than {LARGEST} bytes")
    try:
        found: object = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_no_twins)
    except (ValueError, RecursionError):
        raise EvidenceInvalid(problem="it is no JSON object") from None
    body = cast("Body", found) if isinstance(found, dict) else {}
    if body.get("kind") != KIND:
        raise EvidenceInvalid(problem="it is no evidence file of Sekisho")
    if body.get("version") != VERSION:
        raise EvidenceInvalid(problem="it was made by another version of Sekisho")
    return body


def check_evidence(body: Body, holds: Holds, key: str | None = None) -> tuple[Finding, ...]:
    """Look at everything that can be checked; `key`: the public key that the reader trusts.

    Raises:
        EvidenceInvalid: a part that belongs there is missing or of another kind.
    """
    try:
        return tuple(_Check(body, holds, key).findings())
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError):
        raise EvidenceInvalid(problem="a part of it is missing or not as it should be") from None


class _Check:
    def __init__(self, body: Body, holds: Holds, key: str | None) -> None:
        self._body = body
        self._holds = holds
        self._key = key
        self._public = str(body["key"]["public"])

    def findings(self) -> Iterator[Finding]:
        yield self._keys()
        whole = self._signed(signed_bytes(self._body), self._body["signature"])
        yield Finding("file", whole, _WHOLE if whole else _CHANGED)
        if self._body["seal"] is not None:
            yield self._seal(self._body["seal"])
        for approval in self._body["approvals"]:
            yield self._decision(approval, approval["approved"], (_APPROVAL, _APPROVAL_BROKEN))
        for override in self._overrides:
            yield self._decision(override, override["passed"], (_PASSED, _PASSED_BROKEN))
        records = [_record(r) for r in self._body["records"]]
        sound = self._sound(records)
        yield Finding("records", sound, _RECORDS if sound else _RECORDS_BROKEN)
        yield self._checkpoint(records)
        yield from _proofs(records, datetime.fromisoformat(self._body["made_at"]))

    def _signed(self, message: bytes, signature: object) -> bool:
        """Say whether the key of the file, and the key that is trusted, stand behind a message."""
        keys = {self._public, self._key or self._public}
        return all(self._holds(key, message, str(signature)) for key in keys)

    def _keys(self) -> Finding:
        if self._key is not None:
            same = self._key == self._public
            return Finding("key", same, _TRUSTED if same else _OTHER_KEY)
        named = self._body["key"]["id"]
        mine = self._holds(self._public, signed_bytes(self._body), str(self._body["signature"]))
        fits = mine and all(k == named for k in self._key_ids())
        return Finding("key", fits, _KEY.fill({"id": named}) if fits else _KEY_BROKEN)

    def _key_ids(self) -> Iterator[object]:
        """Give every place that names the key, the checkpoint's and the seal's too."""
        yield from (d["key_id"] for d in (*self._body["approvals"], *self._overrides))
        for part in (self._body["seal"], self._body["checkpoint"]):
            if part is not None:
                yield part["key_id"]

    def _seal(self, seal: Body) -> Finding:
        message = _canonical(seal["sealed"])
        digest = f"sha256:{hashlib.sha256(message).hexdigest()}"
        run = self._body["run"]
        mine = seal["sealed"]["run_id"] == run["id"] and digest == seal["digest"]
        fits = mine and self._signed(message, seal["signature"])
        return Finding("seal", fits, _SEAL if fits else _SEAL_BROKEN)

    @property
    def _overrides(self) -> list[Body]:
        """What was passed; a file of before knows of none."""
        return self._body.get("overrides", [])

    def _decision(self, kept: Body, given: Body, said: tuple[Text, Text]) -> Finding:
        """Look at an approval or an override: signed, about this seal of this run."""
        seal = self._body["seal"]
        about = seal is not None and given["seal"] == seal["digest"]
        mine = about and given["run_id"] == self._body["run"]["id"]
        fits = mine and self._signed(_canonical(given), kept["signature"])
        facts = {"person": given["by"]["person"], "at": given["at"], "kind": given.get("kind", "")}
        name = "override" if "kind" in given else "approval"
        return Finding(name, fits, said[0 if fits else 1].fill(facts))

    def _sound(self, records: list[AuditRecord]) -> bool:
        run_id = self._body["run"]["id"]
        numbers = [r.sequence for r in records]
        told = {(r.entry.action, r.entry.caller.person, r.entry.facts.get("seal")) for r in records}
        return (
            bool(records)
            and all(r.entry.run_id == run_id for r in records)
            and numbers == sorted(set(numbers))
            and all(decision in told for decision in self._decided())
        )

    def _decided(self) -> Iterator[tuple[str, object, object]]:
        """Give what the records have to tell of: action, person and seal of every decision."""
        for approved in (a["approved"] for a in self._body["approvals"]):
            yield "run.approve", approved["by"]["person"], approved["seal"]
        for override in self._overrides:
            given = override["passed"]
            yield f"run.{given['kind']}", given["by"]["person"], given["seal"]
            if override["followed"] is not None:
                yield "run.follow_up", override["followed"], given["seal"]

    def _checkpoint(self, records: list[AuditRecord]) -> Finding:
        kept = self._body["checkpoint"]
        if kept is None:
            return Finding("checkpoint", False, _CHECKPOINT_BROKEN)
        checkpoint = read_checkpoint(json.dumps(kept))
        covers = not records or checkpoint.sequence >= records[-1].sequence
        fits = covers and self._signed(checkpoint.canonical(), checkpoint.signature)
        said = _CHECKPOINT.fill({"sequence": checkpoint.sequence}) if fits else _CHECKPOINT_BROKEN
        return Finding("checkpoint", fits, said)


def _proofs(records: list[AuditRecord], made_at: datetime) -> Iterator[Finding]:
    proofs = Proofs()
    faults = [fault for record in records for fault in proofs.see(record)]
    for fault in faults:
        yield Finding("apply", False, fault.said)
    if proofs.applies and not faults:
        yield Finding("apply", True, _PROOF)
    for late in proofs.overdue(made_at):
        yield Finding("follow_up", True, late.said, note=True)


def _record(body: Body) -> AuditRecord:
    caller = {name: str(said) for name, said in body["caller"].items()}
    groups = tuple(filter(None, caller.pop("groups", "").split(",")))
    by = Caller(**caller, groups=groups)
    at = datetime.fromisoformat(body["at"])
    entry = AuditEntry(
        at, str(body["action"]), by, body["workspace"], body["run_id"], dict(body["facts"])
    )
    return AuditRecord(int(body["sequence"]), entry, str(body["previous"]), str(body["digest"]))


def _canonical(body: Body) -> bytes:
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _no_twins(pairs: list[tuple[str, Any]]) -> Body:
    """Refuse an object that says one thing twice: readers would not agree on what it says."""
    body = dict(pairs)
    if len(body) != len(pairs):
        raise ValueError("a name comes twice")
    return body
