"""Each change is judged with its reasons, in both languages, and no value leaks into a reason."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.domain.actions import Risk, action_of
from sekisho.domain.risk_texts import RISK_TEXTS
from sekisho.domain.risks import (
    TERRAFORM_REASONS,
    Judgement,
    Reason,
    RiskFacts,
    StateFacts,
    judge,
    lost_state,
    words,
)
from sekisho.domain.stateful import TABLE, named_types, protections
from sekisho.domain.states import NO_STATE, StatePosition

SAFE, REVIEW, DANGEROUS, IRREVERSIBLE = Risk
PLAIN = "aws_security_group"
DATABASE = "aws_db_instance"


def judged(type_: str, *actions: str, **more: Any) -> Judgement:
    return judge(RiskFacts(type_, action_of(actions), actions, **more))


def codes(judgement: Judgement) -> list[str]:
    return [r.code for r in judgement.reasons]


@pytest.mark.parametrize(
    ("type_", "actions", "more", "risk", "said"),
    [
        (PLAIN, ["no-op"], {}, SAFE, ["unchanged"]),
        (PLAIN, ["no-op"], {"moved": True}, SAFE, ["moved"]),
        (PLAIN, ["no-op"], {"importing": True}, REVIEW, ["imported"]),
        (PLAIN, ["no-op"], {"importing": True, "moved": True}, REVIEW, ["imported", "moved"]),
        (PLAIN, ["create"], {}, SAFE, ["created"]),
        (DATABASE, ["create"], {}, SAFE, ["created"]),
        ("aws_ecr_lifecycle_policy", ["create"], {}, REVIEW, ["created", "expires"]),
        ("aws_ecr_lifecycle_policy", ["update"], {}, REVIEW, ["updated", "expires"]),
        (PLAIN, ["read"], {}, SAFE, ["read"]),
        (PLAIN, ["update"], {}, REVIEW, ["updated"]),
        (PLAIN, ["update"], {"moved": True}, REVIEW, ["updated", "moved"]),
        (PLAIN, ["update"], {"importing": True}, REVIEW, ["updated", "imported"]),
        (PLAIN, ["delete"], {}, DANGEROUS, ["deleted"]),
        (PLAIN, ["delete", "create"], {}, DANGEROUS, ["replaced"]),
        (PLAIN, ["create", "delete"], {}, DANGEROUS, ["replaced_new_first"]),
        (PLAIN, ["create", "forget"], {}, REVIEW, ["left_unmanaged"]),
        (PLAIN, ["forget"], {}, REVIEW, ["forgotten"]),
        (DATABASE, ["create", "forget"], {}, REVIEW, ["left_unmanaged"]),
        (DATABASE, ["forget"], {}, REVIEW, ["forgotten"]),
        (DATABASE, ["update"], {}, REVIEW, ["updated"]),
        (DATABASE, ["delete"], {}, IRREVERSIBLE, ["data_gone", "deleted"]),
        (DATABASE, ["delete", "create"], {}, IRREVERSIBLE, ["data_gone", "replaced"]),
        (DATABASE, ["create", "delete"], {}, IRREVERSIBLE, ["data_gone", "replaced_new_first"]),
        ("aws_instance", ["delete"], {}, DANGEROUS, ["data_lesser", "deleted"]),
        ("aws_s3_bucket_versioning", ["delete"], {}, DANGEROUS, ["guard_gone", "deleted"]),
        (PLAIN, ["delete"], {"deposed": "0a1b"}, DANGEROUS, ["leftover", "deleted"]),
        (
            DATABASE,
            ["delete"],
            {"deposed": "0a1b"},
            IRREVERSIBLE,
            ["data_gone", "leftover", "deleted"],
        ),
        (
            PLAIN,
            ["delete", "create"],
            {"importing": True},
            DANGEROUS,
            ["import_destroyed", "replaced"],
        ),
        (
            DATABASE,
            ["create", "delete"],
            {"importing": True},
            IRREVERSIBLE,
            ["data_gone", "import_destroyed", "replaced_new_first"],
        ),
        (PLAIN, ["create", "forget"], {"importing": True}, REVIEW, ["left_unmanaged"]),
        (PLAIN, ["teleport"], {}, REVIEW, ["unknown_action"]),
        (PLAIN, [], {}, REVIEW, ["unknown_action"]),
        (PLAIN, ["delete", "teleport"], {}, DANGEROUS, ["unknown_action", "deleted"]),
        (
            DATABASE,
            ["delete", "forget"],
            {},
            IRREVERSIBLE,
            ["unknown_action", "data_gone", "deleted"],
        ),
        ("aws_未知の型", ["delete"], {}, DANGEROUS, ["deleted"]),
        (DATABASE, ["read"], {"mode": "data"}, SAFE, ["read"]),
        (DATABASE, ["no-op"], {"mode": "data"}, SAFE, ["read"]),
        (DATABASE, ["delete"], {"mode": "data"}, SAFE, ["read"]),
        (DATABASE, ["teleport"], {"mode": "data"}, REVIEW, ["unknown_action"]),
    ],
)
def test_each_action_has_its_risk_and_reasons(
    type_: str, actions: list[str], more: dict[str, Any], risk: Risk, said: list[str]
):
    found = judged(type_, *actions, **more)
    assert found.risk is risk
    assert codes(found) == said


@pytest.mark.parametrize("type_", sorted(TABLE))
def test_a_forget_destroys_nothing_whatever_the_type_holds(type_: str):
    assert judged(type_, "forget", before={"deletion_protection": False}).risk is REVIEW


@pytest.mark.parametrize(
    ("type_", "before", "said"),
    [
        (DATABASE, {"deletion_protection": True}, "refuses"),
        (DATABASE, {"deletion_protection": False}, "refuses_off"),
        (DATABASE, {"skip_final_snapshot": False}, "snapshot"),
        (DATABASE, {"skip_final_snapshot": True}, "snapshot_off"),
        (DATABASE, {"delete_automated_backups": False}, "backups"),
        (DATABASE, {"delete_automated_backups": True}, "backups_off"),
        (DATABASE, {"backup_retention_period": 7}, None),
        ("aws_s3_bucket", {"force_destroy": False}, "empty"),
        ("aws_s3_bucket", {"force_destroy": True}, "empty_off"),
        ("aws_instance", {"disable_api_termination": True}, "refuses"),
        ("aws_instance", {"force_destroy": True}, "overrides_off"),
        ("aws_instance", {"force_destroy": False}, None),
        ("aws_kms_key", {"deletion_window_in_days": 30}, "window_days"),
        ("aws_kms_key", {"deletion_window_in_days": None}, "window"),
        ("aws_secretsmanager_secret", {"recovery_window_in_days": 0}, "window_off"),
        ("aws_cloudwatch_log_group", {"skip_destroy": True}, "kept"),
        ("aws_cloudwatch_log_group", {"skip_destroy": False}, None),
        ("aws_lb", {"enable_deletion_protection": True}, "refuses"),
        (DATABASE, {}, None),
        (DATABASE, None, None),
        (DATABASE, ["deletion_protection"], None),
        (DATABASE, "deletion_protection", None),
        (DATABASE, 7, None),
    ],
)
def test_a_deletion_names_what_protects_and_what_does_not(
    type_: str, before: Any, said: str | None
):
    bare, found = judged(type_, "delete"), judged(type_, "delete", before=before)
    assert [c for c in codes(found) if c not in codes(bare)] == ([said] if said else [])
    # No protection lowers a risk: it may be turned off elsewhere before the apply.
    assert found.risk is bare.risk


@pytest.mark.parametrize(
    ("type_", "before", "after", "said"),
    [
        (DATABASE, {"deletion_protection": True}, {"deletion_protection": False}, "off"),
        (DATABASE, {"deletion_protection": True}, {"deletion_protection": None}, "off"),
        (DATABASE, {"deletion_protection": True}, {}, "unsure"),
        (DATABASE, {"deletion_protection": True}, None, "unsure"),
        (DATABASE, {"deletion_protection": False}, {"deletion_protection": True}, None),
        (DATABASE, {"deletion_protection": False}, {"deletion_protection": False}, None),
        (DATABASE, {}, {"deletion_protection": False}, None),
        (DATABASE, {"skip_final_snapshot": False}, {"skip_final_snapshot": True}, "off"),
        (DATABASE, {"skip_final_snapshot": None}, {"skip_final_snapshot": True}, "off"),
        (DATABASE, {"backup_retention_period": 7}, {"backup_retention_period": 0}, "off"),
        (DATABASE, {"backup_retention_period": 7}, {"backup_retention_period": 1}, "less"),
        (DATABASE, {"backup_retention_period": 7}, {"backup_retention_period": 35}, None),
        ("aws_s3_bucket", {"force_destroy": False}, {"force_destroy": True}, "off"),
        (
            "aws_instance",
            {"disable_api_termination": True},
            {"disable_api_termination": False},
            "off",
        ),
        ("aws_instance", {"force_destroy": False}, {"force_destroy": True}, "off"),
        (
            "aws_s3_bucket_versioning",
            {"versioning_configuration": [{"status": "Enabled"}]},
            {"versioning_configuration": [{"status": "Suspended"}]},
            "off",
        ),
        ("aws_s3_bucket", {"versioning": [{"enabled": True}]}, {"versioning": []}, "off"),
        (
            "aws_dynamodb_table",
            {"point_in_time_recovery": [{"enabled": True}]},
            {"point_in_time_recovery": [{"enabled": False}]},
            "off",
        ),
        ("aws_cloudwatch_log_group", {"retention_in_days": 365}, {"retention_in_days": 30}, "less"),
        ("aws_cloudwatch_log_group", {"retention_in_days": 0}, {"retention_in_days": 30}, "less"),
        ("aws_cloudwatch_log_group", {"retention_in_days": 30}, {"retention_in_days": 0}, None),
        ("aws_kms_key", {"deletion_window_in_days": 30}, {"deletion_window_in_days": 7}, "less"),
        ("aws_kms_key", {"deletion_window_in_days": 7}, {"deletion_window_in_days": 30}, None),
        (
            "aws_secretsmanager_secret",
            {"recovery_window_in_days": 30},
            {"recovery_window_in_days": 0},
            "off",
        ),
        (
            "aws_elasticache_replication_group",
            {"final_snapshot_identifier": "last"},
            {"final_snapshot_identifier": None},
            "off",
        ),
        (
            "aws_lb",
            {"enable_deletion_protection": True},
            {"enable_deletion_protection": False},
            "off",
        ),
        (DATABASE, "hostile", {"deletion_protection": False}, None),
        (PLAIN, {"deletion_protection": True}, {"deletion_protection": False}, None),
    ],
)
def test_an_update_that_takes_protection_away_is_dangerous(
    type_: str, before: Any, after: Any, said: str | None
):
    found = judged(type_, "update", before=before, after=after)
    assert codes(found) == ([f"protection_{said}"] if said else []) + ["updated"]
    assert found.risk is (DANGEROUS if said else REVIEW)


def test_an_update_names_the_attribute_and_both_numbers():
    found = judged(
        "aws_cloudwatch_log_group",
        "update",
        before={"retention_in_days": 0},
        after={"retention_in_days": Decimal(30)},
    )
    assert "retention_in_days ∞ → 30" in words(found.reasons[0]).ja
    assert "retention_in_days ∞ → 30" in words(found.reasons[0]).en


@pytest.mark.parametrize("amount", [10**400, -(10**400), 1e300, Decimal("1e999999"), 0.5, -1])
def test_numbers_no_provider_would_give_are_written_all_the_same(amount: Any):
    before, after = {"backup_retention_period": 10**401}, {"backup_retention_period": amount}
    for reason in judged(DATABASE, "update", before=before, after=after).reasons:
        assert len(words(reason).en) < 200


@pytest.mark.parametrize("code", sorted(TERRAFORM_REASONS))
def test_every_reason_of_terraform_is_said_behind_ours(code: str):
    found = judged(DATABASE, "delete", "create", reason=code)
    assert codes(found)[-1] == code
    assert words(found.reasons[-1]).en != code


def test_the_reasons_of_terraform_are_all_there():
    assert {
        "replace_because_tainted",
        "replace_because_cannot_update",
        "replace_by_request",
        "replace_by_triggers",
        "delete_because_no_resource_config",
        "delete_because_wrong_repetition",
        "delete_because_count_index",
        "delete_because_each_key",
        "delete_because_no_module",
        "delete_because_no_move_target",
        "read_because_config_unknown",
        "read_because_dependency_pending",
        "read_because_check_nested",
    } == TERRAFORM_REASONS


def test_a_reason_of_a_later_terraform_is_left_out():
    assert codes(judged(PLAIN, "delete", reason="delete_because_of_the_moon")) == ["deleted"]
    assert codes(judged(PLAIN, "delete", reason="data_gone")) == ["deleted"]


def test_what_forces_a_replacement_is_named_inert_and_counted():
    paths = ("engine_version", 'tags["部署"]', "a\x1b[31mb\u202e", *("p" * 9999,) * 9)
    found = judged(DATABASE, "delete", "create", forced_by=paths)
    text = words(found.reasons[-1])
    assert text.ja.startswith('原因となる属性: engine_version, tags["部署"], ab, ppp')
    assert "(+7)" in text.en
    assert len(text.en) < 600


def test_a_state_says_what_is_lost_by_the_table_of_today():
    stored = Reason("data_gone", (("type", DATABASE),))
    assert words(stored).ja.endswith("データベースと自動バックアップ。")
    assert words(stored).en.endswith("the database and its automated backups.")
    forgotten = Reason("data_gone", (("type", "aws_no_longer_named"),))
    assert words(forgotten).en.endswith("the data in it.")


def test_a_code_of_a_later_version_speaks_for_itself():
    assert words(Reason("not_yet_invented")).ja == "not_yet_invented"


# --- nothing is left out and nothing leaks -------------------------------------------------------


def said_by_every_rule() -> list[Reason]:
    """Reasons of every type with every protection on and off, every action and every alarm."""
    found: list[Reason] = []
    values = (True, False, None, 0, 30, "", "ENABLED", "RETAIN", "ACTIVE")
    for type_ in (*sorted(named_types()), PLAIN):
        for value in values:
            before = {p.path.partition(".")[0]: value for p in protections(type_)}
            for actions in (["delete"], ["delete", "create"], ["create", "delete"], ["create"]):
                found += judged(type_, *actions, before=before, deposed="ab").reasons
            for other in (*values, ...):
                after = {} if other is ... else dict.fromkeys(before, other)
                found += judged(type_, "update", before=before, after=after).reasons
    for actions in (["no-op"], ["read"], ["forget"], ["create", "forget"], ["teleport"]):
        found += judged(PLAIN, *actions, moved=True, importing=True, forced_by=("a",)).reasons
    found += judged(PLAIN, "no-op").reasons
    found += judged(PLAIN, "delete", "create", importing=True).reasons
    found += [r for c in TERRAFORM_REASONS for r in judged(PLAIN, "delete", reason=c).reasons]
    return found + [alarm for facts in ALARMS if (alarm := lost_state(facts))]


FIRST, OTHER = StatePosition("a-lineage", 7), StatePosition("another", 1)
ALARMS = (
    StateFacts(creates=9, others=0, had=9, then=FIRST, now=NO_STATE),
    StateFacts(creates=9, others=3, had=9, then=FIRST, now=OTHER),
    StateFacts(creates=9, others=0, had=9, then=FIRST, now=FIRST, vanished=9),
)


def test_every_reason_has_words_in_both_languages_with_all_facts_filled_in():
    reasons = set(said_by_every_rule())
    assert {r.code for r in reasons} == set(RISK_TEXTS)
    for reason in reasons:
        text = words(reason)
        assert not re.search(r"[{}]", text.en + text.ja), reason
        assert text.en.endswith("."), reason
        assert text.ja.endswith("。"), reason
        assert all(isinstance(part, str) for fact in reason.facts for part in fact)


def test_both_languages_take_the_same_facts():
    for code, text in RISK_TEXTS.items():
        assert set(re.findall(r"{(\w+)}", text.en)) == set(re.findall(r"{(\w+)}", text.ja)), code


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(
    type_=st.sampled_from(sorted(named_types())),
    actions=st.lists(
        st.sampled_from(["create", "delete", "update", "forget", "no-op"]), max_size=2
    ),
    fill=VALUES,
    after=VALUES,
    whole=st.booleans(),
)
def test_no_object_whatever_it_holds_stops_the_judgement(
    type_: str, actions: list[str], fill: Any, after: Any, whole: bool
):
    tops = [p.path.partition(".")[0] for p in protections(type_)]
    before = dict.fromkeys(tops, fill) if whole else fill
    found = judged(type_, *actions, before=before, after=after if whole else {"x": after})
    assert found == judged(type_, *actions, before=before, after=after if whole else {"x": after})
    assert found.reasons
    assert all(words(r).ja for r in found.reasons)


def test_no_value_of_the_object_comes_out_in_a_reason():
    secret = "hunter2-S3cr3t"
    before = {p.path.partition(".")[0]: secret for t in named_types() for p in protections(t)}
    for type_ in sorted(named_types()):
        for actions in (["delete"], ["update"], ["delete", "create"]):
            found = judged(type_, *actions, before=before, after={**before, "a": secret})
            assert secret not in str(found)


# --- the state -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"creates": 9, "others": 0, "had": 9, "then": FIRST, "now": NO_STATE}, "state_lost"),
        ({"creates": 9, "others": 0, "had": 9, "then": FIRST, "now": FIRST}, "state_lost"),
        ({"creates": 1, "others": 9, "had": 9, "then": FIRST, "now": FIRST}, None),
        ({"creates": 0, "others": 0, "had": 9, "then": FIRST, "now": FIRST}, None),
        ({"creates": 9, "others": 0, "had": 0, "then": FIRST, "now": FIRST}, None),
        ({"creates": 9, "others": 0, "had": 0, "then": NO_STATE, "now": NO_STATE}, None),
        ({"creates": 1, "others": 9, "had": 9, "then": FIRST, "now": OTHER}, "state_other"),
        ({"creates": 1, "others": 0, "had": 9, "then": FIRST, "now": FIRST, "partial": True}, None),
        (
            {"creates": 1, "others": 0, "had": 9, "then": FIRST, "now": NO_STATE, "partial": True},
            "state_lost",
        ),
        (
            {"creates": 9, "others": 0, "had": 9, "then": FIRST, "now": FIRST, "vanished": 9},
            "all_vanished",
        ),
        (
            {"creates": 9, "others": 0, "had": 9, "then": FIRST, "now": FIRST, "vanished": 8},
            "state_lost",
        ),
        (
            {"creates": 9, "others": 0, "had": 9, "then": FIRST, "now": NO_STATE, "vanished": 9},
            "state_lost",
        ),
    ],
)
def test_a_plan_of_creates_alone_over_a_state_with_resources_is_an_alarm(
    facts: dict[str, Any], code: str | None
):
    alarm = lost_state(StateFacts(**facts))
    assert (alarm.code if alarm else None) == code
    if alarm:
        assert "9" in words(alarm).ja
        assert words(alarm).en.startswith("Stop: ")
