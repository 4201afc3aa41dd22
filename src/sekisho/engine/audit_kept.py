"""Holding what is kept against what the audit tells: runs, workspaces, and the blobs they name."""

from collections.abc import Iterator

from sekisho.domain.audit import AuditFault, fault
from sekisho.domain.errors import ConfigurationUnknown, RunUnknown, StoreUnavailable
from sekisho.domain.runs import Run
from sekisho.domain.text import Text
from sekisho.engine.audit_proofs import Told
from sekisho.engine.configurations import blob_name
from sekisho.engine.judging import signed
from sekisho.engine.parts import Parts
from sekisho.engine.pushes import pack_name
from sekisho.engine.recovery import NOTHING_RESCUED
from sekisho.ports import RunQuery

_OLDER = Text(
    "an older version was put back: the audit knows version {told}, and this is {found}",
    "古い版が戻されています（監査では版 {told}、保存内容は版 {found}）",
)
_UNKNOWN = Text("the audit does not know this run", "監査の記録にない実行です")
_GONE = Text(
    "the run is gone, and the audit does not tell that it was forgotten",
    "実行がありません（監査に削除の記録もありません）",
)
_NO_BLOB = Text("names a blob that is gone: {blob}", "参照先のファイルがありません: {blob}")
_NO_READING = Text("the reading of its plan is gone", "計画の読み取り結果がありません")
_NO_CONFIGURATION = Text(
    "names a configuration that is gone: {digest}", "参照先の構成がありません: {digest}"
)
_FORGED = Text(
    "an approval by {person} is not signed by this server",
    "{person} の承認にこのサーバーの署名がありません",
)
_UNTOLD = Text(
    "the audit does not know of an approval by {person}", "{person} の承認が監査の記録にありません"
)
_FORGED_PASS = Text(
    "an override by {person} is not signed by this server",
    "{person} の例外承認にこのサーバーの署名がありません",
)
_UNTOLD_PASS = Text(
    "the audit does not know of an override by {person}",
    "{person} の例外承認が監査の記録にありません",
)
_LOST_PASS = Text(
    "lacks an override by {person} that the audit tells of",
    "監査の記録にある {person} の例外承認がありません",
)
_SEAL = Text(
    "the seal of its plan is not signed by this server",
    "計画の封印にこのサーバーの署名がありません",
)
_OTHER_SEAL = Text(
    "its plan has another seal than the audit tells", "計画の封印が監査の記録と異なります"
)


class Kept:
    """Compares; what changes while it looks is looked at again."""

    def __init__(self, parts: Parts, told: dict[str, Told], workspaces: dict[str, int]) -> None:
        self._parts = parts
        self._told = told
        self._workspaces = workspaces

    def faults(self) -> Iterator[AuditFault]:
        """Name everything that does not fit."""
        seen: set[str] = set()
        for run in self._parts.walk(RunQuery(limit=500)):
            seen.add(run.id)
            told = self._told.get(run.id)
            if told is None or not told.created:
                told = self._anew(run.id)
            if not told.forgotten:
                yield from self._run(run, told)
        for run_id, told in self._told.items():
            if told.created and not told.forgotten and run_id not in seen and self._lost(run_id):
                yield fault(0, _GONE, f"run {run_id}")
        yield from self._holds()
        yield from self._contents()

    def _anew(self, run_id: str) -> Told:
        """Read again what the audit tells of one run."""
        told, after = Told(), 0
        while page := self._parts.store.audit.read(after, 500, run_id):
            for record in page:
                told.note(record)
            after = page[-1].sequence
        return told

    def _lost(self, run_id: str) -> bool:
        try:
            self._parts.store.runs.get(run_id)
        except RunUnknown:
            return not self._anew(run_id).forgotten
        return False

    def _run(self, run: Run, told: Told) -> Iterator[AuditFault]:
        where = f"run {run.id}"
        if not told.created:
            yield fault(0, _UNKNOWN, where)
            return
        if told.version is not None and run.version < told.version:
            yield fault(0, _OLDER, where, told=told.version, found=run.version)
        yield from self._decisions(run, told, where)
        yield from self._overrides(run, told, where)
        for said in self._files(run):
            if not self._anew(run.id).forgotten:
                yield fault(0, said, where)

    def _decisions(self, run: Run, told: Told, where: str) -> Iterator[AuditFault]:
        keys = self._parts.keys
        if run.plan:
            sealed = run.plan.seal
            if not keys.verify(sealed.seal.canonical(), sealed.signature, sealed.key_id):
                yield fault(0, _SEAL, where)
            if told.seal and sealed.seal.digest != told.seal and run.version == told.version:
                yield fault(0, _OTHER_SEAL, where)
        for approval in run.approvals:
            person = approval.by.person
            if not signed(self._parts, run, approval):
                yield fault(0, _FORGED, where, person=person)
            known = person in told.given(approval.seal)
            if not known and person not in self._anew(run.id).given(approval.seal):
                yield fault(0, _UNTOLD, where, person=person)

    def _overrides(self, run: Run, told: Told, where: str) -> Iterator[AuditFault]:
        """Hold what was passed against what the audit tells, both ways: nothing is taken back."""
        kept = {_key(o.by.person, o.seal, str(o.kind), o.reason): o for o in run.overrides}
        for key, override in kept.items():
            if not signed(self._parts, run, override):
                yield fault(0, _FORGED_PASS, where, person=override.by.person)
            if key not in _passes(told) and key not in _passes(self._anew(run.id)):
                yield fault(0, _UNTOLD_PASS, where, person=override.by.person)
        for key in sorted(_passes(told) - kept.keys()):
            yield fault(0, _LOST_PASS, where, person=key[0])

    def _files(self, run: Run) -> Iterator[Text]:
        """Name what the run needs and is not there."""
        store = self._parts.store
        names = [blob_name(run.configuration)]
        if run.plan:
            names += [run.plan.plan_blob, run.plan.bundle_blob]
            names += [run.plan.scan.blob] if run.plan.scan and run.plan.scan.blob else []
            if not self._read(run.id):
                yield _NO_READING
        if run.apply and run.apply.rescued_blob not in (None, NOTHING_RESCUED):
            names.append(str(run.apply.rescued_blob))
        for name in names:
            if not store.blobs.has(name):
                yield _NO_BLOB.fill({"blob": name})
        try:
            store.configurations.get(run.configuration)
        except ConfigurationUnknown:
            yield _NO_CONFIGURATION.fill({"digest": run.configuration})

    def _read(self, run_id: str) -> bool:
        try:
            return self._parts.store.readings.plan(run_id) is not None
        except StoreUnavailable:  # it is there and damaged: the guard names it
            return True

    def _holds(self) -> Iterator[AuditFault]:
        store = self._parts.store
        for name, record in store.workspaces.all().items():
            where = f"workspace {name}"
            told = self._workspaces.get(name, 0)
            if record.version < told:
                yield fault(0, _OLDER, where, told=told, found=record.version)
            blob = record.state.blob if record.state else None
            if blob and not store.blobs.has(blob):
                yield fault(0, _NO_BLOB, where, blob=blob)
        for name in sorted(self._workspaces.keys() - store.workspaces.all().keys()):
            yield fault(0, _OLDER, f"workspace {name}", told=self._workspaces[name], found=0)

    def _contents(self) -> Iterator[AuditFault]:
        """Look for the blobs of configurations and packs; one that went just now is no fault."""
        store = self._parts.store
        for configuration in store.configurations.all():
            name = blob_name(configuration.digest)
            if not store.blobs.has(name) and self._known(configuration.digest):
                yield fault(0, _NO_BLOB, f"configuration {configuration.digest}", blob=name)
        for owner in store.pushes.owners():
            for pack in store.pushes.packs(owner):
                name = pack_name(pack)
                if not store.blobs.has(name) and pack in store.pushes.packs(owner):
                    yield fault(0, _NO_BLOB, f"pack {pack.id}", blob=name)

    def _known(self, digest: str) -> bool:
        try:
            self._parts.store.configurations.get(digest)
        except ConfigurationUnknown:
            return False
        return True


def _passes(told: Told) -> set[tuple[str, ...]]:
    return {
        _key(p.person, p.seal, p.kind, str(p.record.entry.facts.get("reason")))
        for p in told.passed.given
    }


def _key(*what: str) -> tuple[str, ...]:
    """Tell overrides apart by who passed what, how much, and why."""
    return what
