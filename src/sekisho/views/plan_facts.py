"""What a plan is about, fact by fact, and what a person can do with it next."""

from sekisho.domain.plans import PlanReading
from sekisho.domain.runs import WAITING, Run, RunStatus
from sekisho.domain.states import NO_STATE
from sekisho.domain.text import Language
from sekisho.domain.workspaces import Workspace
from sekisho.views.intents import beyond, intent_said, rollback_shown
from sekisho.views.plan_texts import TEXTS, say
from sekisho.views.times import minute
from sekisho.views.view import View, one_line

_ADDRESSES = 20
S = RunStatus


class FactView(View):
    """One fact: `key` is stable, `label` is its name for the reader."""

    key: str
    label: str
    value: str


def facts_of(
    run: Run, reading: PlanReading, workspace: Workspace | None, language: Language
) -> list[FactView]:
    """Say who asked for what, from which files, on which state, until when."""
    asked, options, plan, none = run.requested_by, run.options, run.plan, say(language, "none")
    seal = plan.seal.seal if plan else None
    rows = {
        "requester": asked.person,
        "agent": asked.via,
        "team": asked.claimed_team,
        "change_id": run.change_id or none,
        "intent": intent_said(run, language),
        "beyond": ", ".join(beyond(run)),
        "rollback": rollback_shown(run) or "",
        "configuration": run.configuration,
        "source": _known(language, "source", run.source),
        "commit": _commit(run),
        "state": none if reading.position == NO_STATE else str(reading.position),
        "deadline": minute(seal.expires_at) if seal and run.status in WAITING else "",
        "target": _target(workspace),
        "mode": _known(language, "mode", options.mode),
        "targets": _addresses(options.targets, language),
        "replace": _addresses(options.replace, language),
        "terraform": reading.terraform_version,
        "contained": contained_said(run, language),
        "planned": minute(plan.made_at) if plan else "",
        "seal": seal.digest if seal else "",
    }
    return [
        FactView(key=key, label=say(language, f"fact.{key}"), value=one_line(value, 4000))
        for key, value in rows.items()
        if value
    ]


def contained_said(run: Run, language: Language) -> str:
    """Say what contained a run while it was planned; nothing where nobody noted it."""
    held = run.plan.contained if run.plan else ""
    names = [word.partition("-") for word in held.split()]
    said = [say(language, f"contained.{name}", version=version) for name, _, version in names]
    return say(language, "contained.and").join(said)


def _known(language: Language, kind: str, word: str) -> str:
    key = f"{kind}.{word}"
    return say(language, key) if key in TEXTS else word


def _commit(run: Run) -> str:
    commit = run.commit
    return f"{commit.commit} ({commit.ref}) {commit.url} {commit.path}".strip() if commit else ""


def _target(workspace: Workspace | None) -> str:
    target = workspace.target if workspace else None
    parts = (target.name, target.account, target.region) if target else ()
    return " ".join(part for part in parts if part)


def _addresses(addresses: tuple[str, ...], language: Language) -> str:
    shown = [one_line(a) for a in addresses[:_ADDRESSES]]
    left = len(addresses) - len(shown)
    shown += [f"… {say(language, 'more', count=left)}"] if left else []
    return ", ".join(shown)


def steps_of(run: Run, url: str, language: Language) -> list[str]:
    """Say what a person can do next, as they would type it."""
    full, log = f"sekisho plan show {run.id} --full", f"sekisho run log {run.id}"
    review = ("next.review", url) if url else ("next.approve", f"sekisho approve {run.id}")
    again = ("next.again", f"sekisho plan create {run.workspace}")
    follow = ("next.follow", f"sekisho run get {run.id} --follow")
    rows: dict[RunStatus, list[tuple[str, str]]] = {
        S.AWAITING_APPROVAL: [review, ("next.look", full)],
        S.APPROVED: [("next.apply", f"sekisho run apply {run.id} --follow"), ("next.look", full)],
        S.APPLY_QUEUED: [follow],
        S.APPLYING: [follow, ("next.log", log)],
        S.APPLIED: [("next.log", log)],
        S.NO_CHANGES: [("next.nothing", "")],
        S.ERRORED: [("next.log", log), again],
        S.INTERRUPTED: [("next.log", log)],
    }
    steps = rows.get(run.status, [again])
    return [say(language, key, url=said, command=said) for key, said in steps]
