"""Workspaces as they are shown: what the operator declared, and what happened so far."""

from datetime import datetime

from sekisho.domain.rules import rules_version
from sekisho.domain.targets import backend_facts
from sekisho.engine.workspaces import WorkspaceView as Known
from sekisho.views.budgets import weight
from sekisho.views.git import GitView
from sekisho.views.rule_words import rule_sentences, short_version
from sekisho.views.view import View, moment, one_line, shown

_RULES = 20
_RULE_TOKENS = 1_500
"""Rules that are listed, and room for what they say."""


class HoldView(View):
    """Who holds a workspace: an apply under way, or a lock with its reason."""

    owner: str
    reason: str
    since: datetime
    run_id: str | None = None

    def words(self) -> str:
        """Say who and why."""
        return f"{self.owner} since {moment(self.since)}: {self.reason}"


class RuleView(View):
    """What a rule wants before an apply; `said` says all of it, where there is room for it.

    Without `said`: there are many rules, and `sekisho config check --explain` says them all.
    """

    name: str
    level: str
    approvals: int
    plan_age_hours: float
    self_approval: bool
    said: list[str]

    def words(self) -> str:
        """Say it."""
        if self.said:
            return f"Rule {self.name} ({self.level}): {' '.join(self.said)}"
        short = f"{self.approvals} approval(s), plan at most {self.plan_age_hours:g} h old"
        return f"Rule {self.name} ({self.level}): {short}"


class WorkspaceView(View):
    """A workspace: its sources, target, backend and rules, who holds it, where its state stands."""

    name: str
    description: str | None = None
    sources: list[str]
    directory: str | None = None
    plan_only: list[str]
    git: GitView | None = None
    target: str
    account: str | None = None
    region: str | None = None
    backend: dict[str, str]
    terraform: str | None = None
    variables: list[str]
    secrets: list[str]
    labels: dict[str, str]
    rules: list[RuleView]
    rules_version: str
    applying: HoldView | None = None
    locked: HoldView | None = None
    state: str | None = None
    state_at: datetime | None = None
    state_run_id: str | None = None
    next: list[str]

    @classmethod
    def of(cls, known: Known) -> "WorkspaceView":
        """Show a workspace. Names of variables are shown, their values never."""
        declared, record = known.declared, known.record
        return cls(
            name=declared.name,
            description=shown(declared.description) or None,
            sources=list(declared.sources),
            directory=shown(declared.directory) or None,
            plan_only=list(declared.plan_only),
            git=GitView.declared(declared.git) if declared.git else None,
            target=declared.target.name,
            account=declared.target.account,
            region=declared.target.region,
            backend={k: v for k, v in backend_facts(declared.backend).items() if v},
            terraform=declared.terraform or None,
            variables=sorted(declared.variables)[:100],
            secrets=sorted(declared.secrets)[:100],
            labels={one_line(k, 60): one_line(v, 120) for k, v in [*declared.labels.items()][:20]},
            rules=_rules(known),
            rules_version=short_version(rules_version(declared.rules)),
            applying=_lease(known),
            locked=_lock(known),
            state=str(record.state.position) if record.state else None,
            state_at=record.state.at if record.state else None,
            state_run_id=record.state.run_id if record.state else None,
            next=_next(known),
        )

    def words(self) -> str:
        """Say what it is and who holds it."""
        lines = [f"Workspace {self.name}" + (f": {self.description}" if self.description else "")]
        place = " ".join(p for p in (self.target, self.account, self.region) if p)
        lines += [f"Target {place}; backend {self.backend.get('kind', '?')}; "]
        lines[-1] += f"Terraform {self.terraform or 'any'}; takes {', '.join(self.sources)}"
        lines += [f"Works in {self.directory} of a configuration"] if self.directory else []
        lines += [f"Planned but never applied: {', '.join(self.plan_only)}"] * bool(self.plan_only)
        lines += [self.git.words()] if self.git else []
        lines += [f"Variables set by the operator: {', '.join(self.variables)}"] * bool(
            self.variables
        )
        lines += [
            f"Secrets, for commits on the declared ref alone: {', '.join(self.secrets)}"
        ] * bool(self.secrets)
        lines += [rule.words() for rule in self.rules]
        lines += [f"Being applied: {self.applying.words()}"] if self.applying else []
        lines += [f"LOCKED by {self.locked.words()}"] if self.locked else []
        lines += [f"State {self.state}"] if self.state else ["No state yet."]
        return "\n".join([*lines, *[f"Next: {n}" for n in self.next]])


class WorkspaceRow(View):
    """A workspace as one row of a list."""

    name: str
    description: str | None = None
    sources: list[str]
    target: str
    busy: str | None = None
    has_state: bool

    @classmethod
    def of(cls, known: Known) -> "WorkspaceRow":
        """Show a workspace in one row."""
        record = known.record
        busy = f"locked by {one_line(record.lock.owner)}" if record.lock else None
        busy = busy or (f"run {record.lease.run_id} is applying" if record.lease else None)
        return cls(
            name=known.declared.name,
            description=one_line(known.declared.description, 120) or None,
            sources=list(known.declared.sources),
            target=known.declared.target.name,
            busy=busy,
            has_state=record.state is not None,
        )

    def words(self) -> str:
        """Say it in one line."""
        said = f"{self.name}  target {self.target}, takes {', '.join(self.sources)}"
        said += f"  [{self.busy}]" if self.busy else ""
        return said + (f"  {self.description}" if self.description else "")


class WorkspacePage(View):
    """Workspaces by name; ask again with `cursor` for more."""

    workspaces: list[WorkspaceRow]
    total: int
    cursor: str | None = None
    next: list[str]

    @classmethod
    def of(cls, known: tuple[Known, ...], after: str, limit: int) -> "WorkspacePage":
        """Show those whose name comes after `after`."""
        rest = [k for k in known if k.declared.name > after]
        rows = [WorkspaceRow.of(k) for k in rest[:limit]]
        cursor = rows[-1].name if len(rest) > limit else None
        follow = ["workspace_get(name=…), then plan_create"]
        return cls(workspaces=rows, total=len(known), cursor=cursor, next=follow)

    def words(self) -> str:
        """List the rows."""
        lines = [w.words() for w in self.workspaces] or ["No workspaces."]
        more = [f'More: workspace_list(cursor="{self.cursor}")'] if self.cursor else []
        return "\n".join([*lines, *more, *[f"Next: {n}" for n in self.next]])


def _rules(known: Known) -> list[RuleView]:
    shown_, room = list[RuleView](), _RULE_TOKENS
    for rule in known.declared.rules[:_RULES]:
        lines = rule_sentences(rule)
        room -= sum(weight(line) for line in lines)
        view = RuleView(
            name=one_line(rule.name),
            level=str(rule.level),
            approvals=rule.require.approvals,
            plan_age_hours=rule.require.plan_age.total_seconds() / 3600,
            self_approval=rule.require.self_approval,
            said=lines if room >= 0 else [],
        )
        shown_.append(view)
    return shown_


def _lease(known: Known) -> HoldView | None:
    lease = known.record.lease
    if lease is None:
        return None
    reason = "an apply is under way"
    return HoldView(
        owner=f"run {lease.run_id}", reason=reason, since=lease.taken_at, run_id=lease.run_id
    )


def _lock(known: Known) -> HoldView | None:
    lock = known.record.lock
    if lock is None:
        return None
    return HoldView(
        owner=one_line(lock.owner), reason=shown(lock.reason), since=lock.at, run_id=lock.run_id
    )


def _next(known: Known) -> list[str]:
    name, sources = known.declared.name, known.declared.sources
    ways = {
        "inline": f'plan_create(workspace="{name}", files={{…}}): plan a few small files',
        "upload": f'config_upload(workspace="{name}"): send a folder, then plan_create',
        "git": f'plan_create(workspace="{name}", git_ref="default"): plan its Git repository',
        "folder": f'plan_create(workspace="{name}", folder=true): plan the folder on the server',
    }
    steps = [ways[s] for s in sources]
    return [*steps, f'run_list(workspace="{name}"): see what was done before']
