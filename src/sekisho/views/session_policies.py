"""The session policy that an apply would need, as every face says it: advice, never enforced."""

from pydantic import Field

from sekisho.domain.plans import PlanReading
from sekisho.domain.runs import WAITING, Run
from sekisho.domain.session_policies import (
    LIMIT,
    Gap,
    SessionPolicy,
    Uncovered,
    Widened,
    session_policy,
)
from sekisho.domain.text import Language, Text
from sekisho.views.view import View, one_line

_GAPS = {
    Gap.OTHER_PROVIDER: Text("another provider", "別のプロバイダー"),
    Gap.UNMAPPED: Text("its IAM service is not known", "IAM のサービスが不明"),
    Gap.OPAQUE: Text("what it makes is in no plan", "作成されるものが計画に現れない"),
    Gap.UNKNOWN_ACTION: Text("an unknown action of Terraform", "未知の Terraform アクション"),
    Gap.CODE: Text("a program: it may call anything", "プログラム: 何でも呼び出せる"),
}
_GAP = Text("{name} × {count}: {why}", "{name} × {count}: {why}")
_WIDER = Text(
    "{service}: more than the plan asks for ({actions})",
    "{service}: 計画に必要な範囲より広い許可 ({actions})",
)
_TOO_LONG = Text(
    "It takes {length} characters even at its widest; a session policy has {limit} at most. "
    "Apply in parts, or use a role made for this workspace.",
    "最も広い形でも {length} 文字になり、セッションポリシーの上限 {limit} 文字に収まりません。"
    "適用を分けるか、このワークスペース用のロールを使ってください。",
)
_ADVICE = Text(
    "Advice, enforced nowhere: derived from types and actions alone. One action that is missing "
    "leaves a half-applied run.",
    "参考情報です（強制はしません）。タイプと操作だけから導いているため、"
    "不足が 1 つでもあると適用が途中で止まります。",
)
_MOST = 20


def policy_of(run: Run, reading: PlanReading) -> SessionPolicy | None:
    """Derive the policy of a plan that may still be applied; None where it does not touch AWS."""
    if run.status not in WAITING:
        return None
    policy = session_policy(reading)
    foreign = all(u.gap in (Gap.OTHER_PROVIDER, Gap.CODE) for u in policy.uncovered)
    return None if foreign and not policy.services else policy


def note_said(policy: SessionPolicy, language: Language) -> str:
    """Say what a policy is worth, or why there is none."""
    facts = {"length": policy.length, "limit": LIMIT}
    return _ADVICE.render(language) if policy.fits else _TOO_LONG.render(language, facts)


def gap_said(gap: Uncovered, language: Language) -> str:
    """Say what is not covered, and why."""
    facts = {"name": one_line(gap.name, 80), "count": gap.count, "why": _GAPS[gap.gap]}
    return _GAP.render(language, facts)


def wider_said(wider: Widened, language: Language) -> str:
    """Say what is allowed beyond what is asked for, to keep the policy short enough."""
    facts = {"service": wider.service, "actions": ", ".join(wider.actions)}
    return _WIDER.render(language, facts)


class SessionPolicyView(View):
    """An IAM policy for the session of an apply (`sts:AssumeRole`, `Policy`).

    `document` is empty where it does not fit. `widened`: what is allowed beyond what is asked for;
    `not_covered`: what it knows nothing about.
    """

    document: str
    characters: int
    limit: int = LIMIT
    note: str
    widened: list[str] = Field(default_factory=list[str])
    not_covered: list[str] = Field(default_factory=list[str])
    left_out: int = 0

    @classmethod
    def of(cls, policy: SessionPolicy, most: int = _MOST) -> "SessionPolicyView":
        """Show a policy, and the first of what it does not cover."""
        most = min(most, _MOST)
        wider, gaps = policy.widened, policy.uncovered
        return cls(
            document=policy.document,
            characters=policy.length,
            note=note_said(policy, "en"),
            widened=[wider_said(w, "en") for w in wider[:most]],
            not_covered=[gap_said(u, "en") for u in gaps[:most]],
            left_out=max(len(wider) - most, 0) + max(len(gaps) - most, 0),
        )

    def words(self) -> str:
        """Say it."""
        size = f"{self.characters} of {self.limit} characters"
        lines = [f"Session policy of the apply ({size}). {self.note}"]
        lines += [self.document] if self.document else []
        lines += [f"  Widened to fit: {said}" for said in self.widened]
        lines += [f"  Not covered: {said}" for said in self.not_covered]
        return "\n".join(lines + [f"  … {self.left_out} more"] * bool(self.left_out))
