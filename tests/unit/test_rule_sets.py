"""The ready rule sets: they load, the docs have them to the letter, and they judge as told."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from sekisho.catalog import FileCatalog, json_schema, read_operator_file
from sekisho.catalog.documents import read_document
from sekisho.domain.actions import Risk
from sekisho.domain.approval_places import Asker, missing
from sekisho.domain.callers import Caller
from sekisho.domain.plan_traits import Kind, PlanTraits
from sekisho.domain.rule_words import said
from sekisho.domain.rules import Level, PlanFacts, Rule, about
from sekisho.domain.rules_wants import Promises, unmet_wants

SETS = ("solo", "team", "two-person", "change-managed", "hcp-like")


def catalog(repository: Path, name: str) -> FileCatalog:
    return FileCatalog(read_operator_file(repository / f"examples/rules/{name}.yaml", {}))


def of(repository: Path, name: str, workspace: str, **traits: object) -> tuple[Rule, ...]:
    """Return the rules of a set that are about a plan with these traits."""
    plan = PlanFacts("sato", "git", traits=dataclasses.replace(PlanTraits(), **traits))
    return about(catalog(repository, name).get(workspace).rules, plan)


def lacks(rules: tuple[Rule, ...], *people: tuple[str, tuple[str, ...]]) -> int:
    """Count the approvals that are missing when these people approved what sato asked for."""
    given = [Caller(name, "console", "passkey", groups=groups) for name, groups in people]
    return sum(missing(rules, given, Asker(Caller("sato", "agent", "token"))))


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_docs_have_the_files_to_the_letter(repository: Path, name: str, language: str):
    text = (repository / f"examples/rules/{name}.yaml").read_text(encoding="utf-8")
    page = repository / f"docs/{language}/approvals-and-rules.md"

    jsonschema.Draft202012Validator(json_schema()).validate(read_document(text.encode()).data)
    assert f"```yaml\n{text}```" in page.read_text(encoding="utf-8")


def test_every_file_of_the_folder_is_one_of_the_sets(repository: Path):
    assert {p.stem for p in (repository / "examples/rules").iterdir()} == set(SETS)


def test_the_page_has_the_same_headings_in_both_languages(repository: Path):
    counts = []
    for language in ("en", "ja"):
        text = (repository / f"docs/{language}/approvals-and-rules.md").read_text(encoding="utf-8")
        counts.append(
            [line.split(" ")[0] for line in text.splitlines() if line[:2] in ("# ", "##")]
        )
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", SETS)
def test_every_rule_is_said_in_both_languages(repository: Path, name: str):
    for workspace in catalog(repository, name).all():
        for rule in workspace.rules:
            words = said(rule)
            assert len(words) >= 3
            assert all(t.en and t.ja and "{" not in t.en.replace("{4}", "") for t in words)
            assert any(ord(c) > 0x3000 for c in "".join(t.ja for t in words))


def test_solo_safe_plans_need_nobody_and_the_rest_ones_own_look(repository: Path):
    assert lacks(of(repository, "solo", "homelab")) == 0
    rest = of(repository, "solo", "homelab", risk=Risk.REVIEW)
    assert lacks(rest) == 1
    assert lacks(rest, ("sato", ())) == 0


def test_team_somebody_else_approves_and_an_owner_more_where_data_may_be_gone(repository: Path):
    usual = of(repository, "team", "web")
    assert lacks(usual, ("sato", ("team",))) == 1
    assert lacks(usual, ("tanaka", ("team",))) == 0
    worst = of(repository, "team", "web", risk=Risk.IRREVERSIBLE)
    assert lacks(worst, ("suzuki", ("team", "owners"))) == 1
    assert lacks(worst, ("suzuki", ("team", "owners")), ("tanaka", ("team",))) == 0
    codes = [u.code for r in worst for u in unmet_wants(r, Promises(), datetime.now(UTC))]
    assert codes == ["rollback_missing"]


def test_two_person_production_takes_two_approvers_and_the_protected_branch(repository: Path):
    production = of(repository, "two-person", "app-prod")
    assert lacks(production, ("a", ("approvers",)), ("b", ("developers",))) == 1
    assert lacks(production, ("a", ("approvers",)), ("b", ("approvers",))) == 0
    codes = [u.code for r in production for u in unmet_wants(r, Promises(), datetime.now(UTC))]
    assert codes == ["source_unprotected"]
    assert lacks(of(repository, "two-person", "app-dev"), ("b", ("developers",))) == 0
    access = catalog(repository, "two-person").access()
    assert access.allows(("developers",), "approve", "app-dev")
    assert not access.allows(("developers",), "approve", "app-prod")


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (datetime(2026, 11, 26, 16, 0, tzinfo=UTC), None),  # Friday 01:00 of Thursday's window
        (datetime(2026, 11, 26, 17, 0, tzinfo=UTC), "window_closed"),  # 02:00: it is over
        (datetime(2026, 11, 27, 14, 0, tzinfo=UTC), "window_closed"),  # a Friday
        (datetime(2026, 11, 23, 14, 0, tzinfo=UTC), "window_closed"),  # 勤労感謝の日
        (datetime(2026, 11, 30, 14, 0, tzinfo=UTC), "frozen"),  # 月末
        (datetime(2026, 12, 28, 14, 0, tzinfo=UTC), "frozen"),  # 年末年始
    ],
)
def test_change_managed_the_clock_in_japan_decides(
    repository: Path, at: datetime, code: str | None
):
    (rule,) = of(repository, "change-managed", "core-prod")
    whole = Promises(change_id="CHG-2026-0012", rollback="revert", intent=True)

    assert [u.code for u in unmet_wants(rule, whole, at)] == ([code] if code else [])


@pytest.mark.parametrize("number", ["", "CHG-2026-012", "XCHG-2026-0012", "CHG-2026-0012\n"])
def test_change_managed_the_number_is_whole(repository: Path, number: str):
    (rule,) = of(repository, "change-managed", "core-prod")
    given = Promises(change_id=number, rollback="revert", intent=True)
    found = list(unmet_wants(rule, given, datetime(2026, 11, 26, 16, 0, tzinfo=UTC)))

    assert [u.code.rpartition("_")[0] for u in found] == ["change_id"]


def test_hcp_like_levels(repository: Path):
    kinds = (Kind("aws_iam_role", "update"),)
    found = of(repository, "hcp-like", "shop", destroys=6, kinds=kinds)
    levels = {rule.name: rule.level for rule in found}

    assert levels == {
        "somebody-confirms": Level.HARD,
        "no-mass-destroy": Level.SOFT,
        "identity-is-dangerous": Level.HARD,
        "say-what-you-intend": Level.ADVISORY,
    }
    assert [r.name for r in of(repository, "hcp-like", "shop")] == [
        "somebody-confirms",
        "say-what-you-intend",
    ]
