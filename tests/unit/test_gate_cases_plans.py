"""The gate's table, third part: which plans a rule is about, what else it wants, what is passed."""

import dataclasses
from datetime import date, timedelta
from typing import Any

from sekisho.domain.actions import Risk
from sekisho.domain.gate import judge
from sekisho.domain.groups import Group, Member
from sekisho.domain.plan_traits import WORST_TRAITS
from sekisho.domain.policies import PolicyOutcome
from sekisho.domain.rules import Level, Match, Require, Rule, rules_version
from sekisho.domain.rules_wants import Promises
from sekisho.domain.scans import Suppression
from tests.unit.gate_cases import (
    FREE,
    NOON,
    SATO,
    Case,
    check,
    free,
    freeze,
    glass,
    rule,
    soft_pass,
    table,
    told,
    traits,
    who,
    window,
)

D = "default:approval_missing"
R = "r:approval_missing"
S3, IAM = "aws_s3_bucket:create", "aws_iam_role:create"


def strict(**match: Any) -> tuple[Rule, ...]:
    """One person for such plans, and nobody for any other."""
    return rule("r", 1, match=Match(**match)), FREE


@table(
    Case("risk: as much", strict(risk=Risk.REVIEW), R, plan=traits(risk="review")),
    Case("risk: more", strict(risk=Risk.REVIEW), R, plan=traits(risk="irreversible")),
    Case("risk: less", strict(risk=Risk.REVIEW), plan=traits(risk="safe")),
    Case("a safe plan that is freed", (free(risk_at_most=Risk.SAFE),)),
    Case(
        "a plan too risky to be freed",
        (free(risk_at_most=Risk.SAFE),),
        D,
        plan=traits(risk="review"),
    ),
    Case(
        "risk between two",
        strict(risk=Risk.REVIEW, risk_at_most=Risk.DANGEROUS),
        R,
        plan=traits(risk="dangerous"),
    ),
    Case(
        "risk beyond both",
        strict(risk=Risk.REVIEW, risk_at_most=Risk.DANGEROUS),
        plan=traits(risk="irreversible"),
    ),
    Case("a type", strict(types=("aws_iam_*",)), R, plan=traits(S3, IAM)),
    Case("no such type", strict(types=("aws_iam_*",)), plan=traits(S3)),
    Case("types are told by case", strict(types=("AWS_*",)), plan=traits(S3)),
    Case("an action", strict(actions=("delete",)), R, plan=traits(S3, "aws_iam_role:delete")),
    Case("no such action", strict(actions=("delete", "replace")), plan=traits(S3)),
    Case(
        "type and action in one change",
        strict(types=("aws_iam_*",), actions=("delete",)),
        R,
        plan=traits("aws_iam_role:delete"),
    ),
    Case(
        "type and action in two changes",
        strict(types=("aws_iam_*",), actions=("delete",)),
        plan=traits(IAM, "aws_s3_bucket:delete"),
    ),
    Case(
        "kinds that were cut are every kind",
        strict(types=("aws_iam_*",)),
        R,
        plan=traits(S3, kinds_cut=True),
    ),
    Case("no kinds at all", strict(types=("*",)), plan=traits()),
    Case("more changes", strict(changes_over=10), R, plan=traits(changes=11)),
    Case("as many changes", strict(changes_over=10), plan=traits(changes=10)),
    Case("more destroys", strict(destroys_over=0), R, plan=traits(destroys=1)),
    Case("no destroys", strict(destroys_over=0), plan=traits()),
    Case("a requester by name", strict(requesters=("sato",)), R),
    Case("a requester in another form", strict(requesters=("ＳＡＴＯ",)), R),
    Case("another requester", strict(requesters=("ito",))),
    Case("a requester by group", strict(requesters=("interns",)), R, requester=who("x", "interns")),
    Case("a group alone", strict(requester_groups=("interns",)), R, requester=who("x", "interns")),
    Case("somebody called like a group", strict(requester_groups=("sato",))),
    Case(
        "nobody is freed for being called like a group",
        (rule("f", silent=False, match=Match(requester_groups=("sato",))),),
        D,
    ),
    Case("a source", strict(sources=("upload", "inline")), R, source="inline"),
    Case("another source", strict(sources=("upload",)), source="git"),
    Case("a mode", strict(modes=("destroy",)), R, mode="destroy"),
    Case("another mode", strict(modes=("destroy",)), mode="refresh_only"),
    Case("a client, by what it calls itself", strict(clients=("kiro*",)), R, client="Kiro/1.0"),
    Case("another client", strict(clients=("kiro*",)), client="cursor"),
    Case("all of it must hold", strict(types=("aws_*",), modes=("destroy",)), plan=traits(S3)),
    Case(
        "traits that nobody kept are the worst: risk",
        strict(risk=Risk.IRREVERSIBLE),
        R,
        plan=WORST_TRAITS,
    ),
    Case(
        "traits that nobody kept are the worst: size",
        strict(changes_over=10**6),
        R,
        plan=WORST_TRAITS,
    ),
    Case(
        "traits that nobody kept free nothing",
        (free(risk_at_most=Risk.DANGEROUS),),
        D,
        plan=WORST_TRAITS,
    ),
    Case("nor by type", (free(types=("*",)),), D, plan=WORST_TRAITS),
)
def test_a_rule_is_about_plans_that_match(case: Case):
    check(case)


SELF_S3 = rule("self", 1, self_approval=True, match=Match(types=("aws_s3_*",)))
PART = Match(types=("aws_iam_*",))


@table(
    Case(
        "a silent rule leaves the default", (rule("w", rollback=True),), f"{D} w:rollback_missing"
    ),
    Case("a type that is freed", (free(types=("aws_s3_*",)),), plan=traits(S3)),
    Case(
        "a type that is freed, and another", (free(types=("aws_s3_*",)),), D, plan=traits(S3, IAM)
    ),
    Case(
        "two types, each freed, are not freed together",
        (free(types=("aws_s3_*",)), free(types=("aws_iam_*",))),
        D,
        plan=traits(S3, IAM),
    ),
    Case("one rule frees both", (free(types=("aws_s3_*", "aws_iam_*")),), plan=traits(S3, IAM)),
    Case(
        "an action that is freed, and another",
        (free(actions=("create",)),),
        D,
        plan=traits(S3, "aws_iam_role:update"),
    ),
    Case(
        "a freed type whose kinds were cut",
        (free(types=("*",)),),
        D,
        plan=traits(S3, kinds_cut=True),
    ),
    Case("a freed mode is the whole plan's", (free(modes=("refresh_only",)),), mode="refresh_only"),
    Case("freed, and another rule wants one", (free(), rule("r", 1)), R),
    Case("requesters may approve their buckets", (SELF_S3,), by=(SATO,), plan=traits(S3)),
    Case("not what comes with these", (SELF_S3,), D, by=(SATO,), plan=traits(S3, IAM)),
    Case("somebody else may, of course", (SELF_S3,), by=(who("ito"),), plan=traits(S3, IAM)),
    Case(
        "authors may approve a part: not the rest",
        (rule("a", 1, author_approval=True, match=PART),),
        D,
        by=(who("ito"),),
        author="ito",
        plan=traits(S3, IAM),
    ),
    Case(
        "a hard rule about a part is for all",
        (rule("r", 1, match=PART),),
        by=(who("ito"),),
        plan=traits(S3, IAM),
    ),
    Case(
        "a soft rule about a part, passed, frees nothing",
        (rule("r", 1, level="soft", match=PART),),
        D,
        overrides=(soft_pass("r"),),
        passed=R,
        plan=traits(S3, IAM),
    ),
    Case(
        "a soft rule about all of it may be passed",
        (rule("r", 1, level="soft"),),
        overrides=(soft_pass("r"),),
        passed=R,
        plan=traits(S3, IAM),
    ),
)
def test_what_is_said_of_a_part_of_a_plan_decides_about_that_part(case: Case):
    check(case)


def change(given: str, pattern: str = r"CHG-\d{4}") -> dict[str, Any]:
    return {"rules": (rule("w", change_id=pattern), FREE), "promises": Promises(change_id=given)}


WRONG, MISSING = "w:change_id_wrong", "w:change_id_missing"


@table(
    Case("a change number", **change("CHG-0001")),
    Case("no change number", **change(""), unmet=MISSING, final=MISSING),
    Case("too much behind it", **change("CHG-00012"), unmet=WRONG),
    Case("too much before it", **change("x CHG-0001"), unmet=WRONG),
    Case("a new line behind it", **change("CHG-0001\n"), unmet=WRONG),
    Case("two of them", **change("CHG-0001\nCHG-0002"), unmet=WRONG),
    Case("in another case", **change("chg-0001"), unmet=WRONG),
    Case("one of two forms", **change("INC7", r"CHG\d+|INC\d+")),
    Case("one of two forms, and more", **change("INC7 or so", r"CHG\d+|INC\d+"), unmet=WRONG),
    Case("a Japanese one", **change("変更-令和8-12", r"変更-令和\d+-\d+")),
    Case("a Japanese one in half-width", **change("ﾍﾝｺｳ-1", r"変更-\d+"), unmet=WRONG),
    Case("any at all", **change("x", r".+")),
    Case("a huge one", **change("1" * 501, r"\d+"), unmet=WRONG),
    Case("the longest", **change("1" * 500, r"\d+")),
)
def test_change_numbers_are_matched_whole(case: Case):
    check(case)


def wants(promises: Promises = Promises(), level: str = "hard", **want: Any) -> dict[str, Any]:  # noqa: B008
    return {"rules": (rule("w", level=level, **want), FREE), "promises": promises}


def said(**facts: Any) -> Promises:
    """What the policy `sha256:p` said of a plan."""
    outcome = PolicyOutcome("w", "sha256:p", Level.HARD, **facts)
    return Promises(policies={"sha256:p": outcome})


@table(
    Case("protected", **wants(Promises(protected=True), protected=True)),
    Case(
        "unprotected",
        **wants(protected=True),
        unmet="w:source_unprotected",
        final="w:source_unprotected",
    ),
    Case("a way back", **wants(Promises(rollback="revert"), rollback=True)),
    Case("no way back", **wants(rollback=True), unmet="w:rollback_missing"),
    Case(
        "a way back of spaces",
        **wants(Promises(rollback=" 　\n"), rollback=True),
        unmet="w:rollback_missing",
    ),
    Case("an intent", **wants(Promises(intent=True), intent=True)),
    Case("no intent", **wants(intent=True), unmet="w:intent_missing"),
    Case("a clean scan", **wants(Promises(scan="clean"), scan=True)),
    Case("no scan", **wants(scan=True), unmet="w:scan_missing"),
    Case(
        "findings",
        **wants(Promises(scan="findings"), scan=True),
        unmet="w:scan_failed",
        final="w:scan_failed",
    ),
    *(
        Case(
            f"{worst} where {most} is taken at most",
            **wants(Promises(scan=worst), scan=True, scan_at_most=most),
            unmet="w:scan_failed" if fails else "",
            final="w:scan_failed" if fails else "",
        )
        for worst, most, fails in (
            ("clean", "low", False),
            ("low", "low", False),
            ("medium", "low", True),
            ("high", "medium", True),
            ("high", "high", False),
            ("critical", "high", True),
            ("critical", "critical", False),
            ("HIGH", "critical", True),
        )
    ),
    Case(
        "no scan is worse than the worst finding",
        **wants(scan=True, scan_at_most="critical"),
        unmet="w:scan_missing",
        final="w:scan_missing",
    ),
    Case("a word nobody knows", **wants(Promises(scan="CLEAN"), scan=True), unmet="w:scan_failed"),
    Case("a policy that denies nothing", **wants(said(), policy="sha256:p")),
    Case(
        "a policy that denies",
        **wants(said(denied=("no",), denials=1), policy="sha256:p"),
        unmet="w:policy_denied",
        final="w:policy_denied",
    ),
    Case(
        "a soft policy that denies is for somebody to pass",
        **wants(said(denied=("no", "never"), denials=2), level="soft", policy="sha256:p"),
        unmet="w:policy_denied",
    ),
    Case(
        "a policy that was not evaluated",
        **wants(said(code="policy_failed", problem="too slow"), policy="sha256:p"),
        unmet="w:policy_unchecked",
        final="w:policy_unchecked",
    ),
    Case(
        "what another policy said",
        **wants(said(), policy="sha256:q"),
        unmet="w:policy_unchecked",
        final="w:policy_unchecked",
    ),
    Case("no policy at all", **wants(policy="sha256:p"), unmet="w:policy_unchecked"),
    Case(
        "all of it at once",
        **wants(protected=True, rollback=True, intent=True, scan=True),
        unmet="w:source_unprotected w:rollback_missing w:intent_missing w:scan_missing",
    ),
    Case(
        "advised alone",
        **wants(level="advisory", rollback=True),
        advice="w:rollback_missing",
        final="",
    ),
    Case(
        "soft: not final, somebody may pass it",
        **wants(level="soft", rollback=True),
        unmet="w:rollback_missing",
        final="",
    ),
)
def test_promises_are_kept_or_missed(case: Case):
    check(case)


SOFT = (rule("w", 1, level="soft", rollback=True),)
BOTH = "w:approval_missing w:rollback_missing"


@table(
    Case(
        "an override passes all that a soft rule wants",
        SOFT,
        overrides=(soft_pass("w"),),
        passed=BOTH,
    ),
    Case("an override of another seal", SOFT, BOTH, overrides=(soft_pass("w", seal="sha256:x"),)),
    Case("an override of another rule", SOFT, BOTH, overrides=(soft_pass("v"),)),
    Case("an override of nothing", SOFT, BOTH, overrides=(soft_pass(),)),
    Case("a rule whose name begins so", SOFT, BOTH, overrides=(soft_pass("w2"),)),
    Case("no override passes a hard rule", (rule("r", 1),), R, overrides=(soft_pass("r"),)),
    Case(
        "of one name, the hard one stays",
        (rule("r", 1), rule("r", 2, level="soft")),
        R,
        overrides=(soft_pass("r"),),
        passed=R,
    ),
    Case("an override of the default rule", (), D, overrides=(soft_pass("default"),)),
    Case("a broken glass passes hard rules", (rule("r", 1),), overrides=(glass(),), passed=R),
    Case("a broken glass passes the default rule", (), overrides=(glass(),), passed=D),
    Case("a broken glass of another seal", (rule("r", 1),), R, overrides=(glass("sha256:x"),)),
    Case(
        "a broken glass leaves what can never be met",
        **change(""),
        overrides=(glass(),),
        unmet=MISSING,
        final=MISSING,
    ),
    Case(
        "… nor finds a clean scan",
        **wants(scan=True),
        overrides=(glass(),),
        unmet="w:scan_missing",
    ),
    Case(
        "a broken glass passes a soft rule for good",
        **wants(level="soft", rollback=True),
        overrides=(glass(),),
        passed="w:rollback_missing",
    ),
    Case(
        "a broken glass makes no old plan new",
        (rule("r", 1),),
        "plan_expired",
        overrides=(glass(),),
        passed=R,
        left=timedelta(),
    ),
)
def test_what_somebody_passed_is_passed_and_nothing_else(case: Case):
    check(case)


def test_a_broken_glass_leaves_another_state_other_rules_and_who_holds_the_workspace():
    facts = Case("", (rule("r", 1),), overrides=(glass(),)).facts
    moved = dataclasses.replace(facts.planned_on, serial=8)
    facts = dataclasses.replace(facts, state_now=moved, rules_then="sha256:other")

    verdict = judge((rule("r", 1),), facts, NOON)

    assert told(verdict.unmet) == "plan_stale rules_changed"
    assert told(verdict.final) == told(verdict.unmet)


def suppression(
    check: str = "a", resource: str = "a", reason: str = "a", day: int = 1
) -> Suppression:
    return Suppression(check, resource, reason, date(2027, 1, day))


MEMBER = Group("sre", (Member(person="ito"),))
VERSIONS: list[dict[str, Any]] = [
    *({"approvals": 2}, {"more": 1}, {"groups": ("sre",)}, {"self_approval": True}),
    *({"author_approval": True}, {"plan_age": timedelta(hours=1)}, {"change_id": "x"}),
    *({"window": window("09:00-10:00")}, {"window": window("09:00-10:00", "mon")}),
    *({"window": window("09:00-10:00", zone="UTC")}, {"window": window("09:00-10:01")}),
    *({"window": window("09:00-10:00", holidays=False)}, {"freezes": (freeze("12-28", "01-04"),)}),
    *({"freezes": (freeze("12-28", "01-05"),)}, {"freezes": (freeze("12-28", "01-04", "UTC"),)}),
    *({"protected": True}, {"rollback": True}, {"scan": True}, {"intent": True}, {"silent": True}),
    *({"scan_at_most": "low"}, {"scan_at_most": "high"}, {"suppressions": (suppression(),)}),
    *({"suppressions": (suppression(check="b"),)}, {"suppressions": (suppression(resource="b"),)}),
    *({"policy": "sha256:a"}, {"policy": "sha256:b"}),
    *({"suppressions": (suppression(reason="b"),)}, {"suppressions": (suppression(day=2),)}),
]
MATCHES: list[dict[str, Any]] = [
    *({"risk": Risk.SAFE}, {"risk": Risk.REVIEW}, {"risk_at_most": Risk.REVIEW}),
    *({"types": ("a",)}, {"types": ("a", "b")}, {"actions": ("a",)}, {"changes_over": 0}),
    *({"changes_over": 1}, {"destroys_over": 0}, {"requesters": ("a",)}, {"clients": ("a",)}),
    *({"requester_groups": ("a",)}, {"sources": ("a",)}, {"modes": ("a",)}),
]


def test_the_rules_version_changes_with_every_field_and_every_member():
    plain = Rule("r", Require())
    found = [plain, Rule("q", Require())]
    found += [Rule("r", Require(**each)) for each in VERSIONS]
    found += [Rule("r", Require(), Match(**each)) for each in MATCHES]
    found += [dataclasses.replace(plain, level=each) for each in (Level.SOFT, Level.ADVISORY)]
    found += [dataclasses.replace(plain, overriders=("leads",))]
    found += [dataclasses.replace(plain, members=(each,)) for each in (MEMBER, Group("sre"))]
    versions = [rules_version((each,)) for each in found]
    versions += [rules_version(()), rules_version((plain, plain))]
    versions += [rules_version((plain, FREE)), rules_version((FREE, plain))]

    assert len(set(versions)) == len(versions)
    told_of = {key for each in VERSIONS for key in each} | {key for each in MATCHES for key in each}
    known = {f.name for kind in (Require, Match) for f in dataclasses.fields(kind)}
    assert told_of == known, "a field that came later has no row here"
    assert {f.name for f in dataclasses.fields(Rule)} == {
        *("name", "require", "match", "level", "overriders", "members")
    }
