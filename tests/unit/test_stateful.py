"""The table of stateful types names only what the providers' schemas really have.

`stateful_schema.json` beside this file is made by `tools/stateful_schema.py`, which tells how.
"""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sekisho.domain.stateful import (
    TABLE,
    Effect,
    Protection,
    Stand,
    Wanted,
    Weight,
    expires,
    guarded_by,
    named_types,
    protections,
    stateful,
)
from sekisho.domain.stateful.aws_databases import DATABASES
from sekisho.domain.stateful.aws_identity import IDENTITY
from sekisho.domain.stateful.aws_services import SERVICES
from sekisho.domain.stateful.aws_storage import STORAGE
from sekisho.domain.stateful.azure import AZURE
from sekisho.domain.stateful.elsewhere import ELSEWHERE
from sekisho.domain.stateful.google import GOOGLE
from sekisho.domain.stateful.guards import EXPIRES, GUARDS, PROTECTED

EXTRACT = json.loads(Path(__file__).with_name("stateful_schema.json").read_text(encoding="utf-8"))
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")


def test_every_type_and_attribute_named_is_in_the_schema_of_its_provider():
    named = {t: [p.path for p in protections(t)] for t in sorted(named_types())}
    assert named == EXTRACT["types"]


def test_the_extract_says_which_providers_it_is_from():
    assert EXTRACT["providers"]["hashicorp/aws"] == {
        "version": "6.69.1",
        "from": "cdktn-provider-aws 25.8.1",
    }
    families = {t.partition("_")[0] for t in EXTRACT["types"]}
    known = {name.partition("/")[2] for name in EXTRACT["providers"]}
    assert families <= known


def test_no_type_stands_in_two_modules():
    parts = (DATABASES, STORAGE, IDENTITY, SERVICES, GOOGLE, AZURE, ELSEWHERE)
    assert sum(len(p) for p in parts) == len(TABLE)


def test_a_type_without_data_has_its_switches_in_one_place():
    assert not TABLE.keys() & PROTECTED.keys()


@pytest.mark.parametrize("type_", sorted(TABLE))
def test_what_is_lost_is_a_short_noun_phrase_in_both_languages(type_: str):
    what = TABLE[type_].what
    assert what.en[0].islower() or what.en.split()[0].isupper()
    assert not what.en.endswith(".")
    assert "。" not in what.ja
    assert JAPANESE.search(what.ja) or what.ja == "BLOB"
    assert len(what.en) <= 80
    assert len(what.ja) <= 40


def test_guards_and_expiring_rules_speak_both_languages():
    for text in (*GUARDS.values(), *EXPIRES.values()):
        assert text.en
        assert text.ja
        assert "{" not in text.en + text.ja


def test_only_exact_names_are_known():
    assert stateful("aws_db_instance")
    for near in ("aws_db_instances", "db_instance", "awscc_rds_db_instance", "AWS_DB_INSTANCE", ""):
        assert stateful(near) is None
        assert protections(near) == ()
        assert guarded_by(near) is None
        assert expires(near) is None


def test_an_instance_weighs_less_than_a_database():
    instance, database = stateful("aws_instance"), stateful("aws_db_instance")
    assert instance
    assert database
    assert (instance.weight, database.weight) == (Weight.LESSER, Weight.DATA)


ON, OFF, UNKNOWN = Stand.ON, Stand.OFF, Stand.UNKNOWN


@pytest.mark.parametrize(
    ("type_", "path", "before", "stand"),
    [
        ("aws_db_instance", "deletion_protection", {"deletion_protection": True}, ON),
        ("aws_db_instance", "deletion_protection", {"deletion_protection": False}, OFF),
        ("aws_db_instance", "deletion_protection", {"deletion_protection": None}, OFF),
        ("aws_db_instance", "deletion_protection", {}, UNKNOWN),
        ("aws_db_instance", "deletion_protection", {"deletion_protection": "true"}, UNKNOWN),
        ("aws_db_instance", "deletion_protection", None, UNKNOWN),
        ("aws_db_instance", "deletion_protection", "データ", UNKNOWN),
        ("aws_db_instance", "skip_final_snapshot", {"skip_final_snapshot": None}, ON),
        ("aws_db_instance", "backup_retention_period", {"backup_retention_period": 7}, ON),
        ("aws_db_instance", "backup_retention_period", {"backup_retention_period": 0}, OFF),
        ("aws_db_instance", "backup_retention_period", {"backup_retention_period": "7"}, UNKNOWN),
        ("aws_db_instance", "backup_retention_period", {"backup_retention_period": True}, UNKNOWN),
        ("aws_cloudwatch_log_group", "retention_in_days", {"retention_in_days": 0}, ON),
        ("aws_cognito_user_pool", "deletion_protection", {"deletion_protection": "ACTIVE"}, ON),
        ("aws_cognito_user_pool", "deletion_protection", {"deletion_protection": "INACTIVE"}, OFF),
        ("aws_cognito_user_pool", "deletion_protection", {"deletion_protection": ["ACTIVE"]}, OFF),
        ("aws_s3_bucket", "versioning.0.enabled", {"versioning": [{"enabled": True}]}, ON),
        ("aws_s3_bucket", "versioning.0.enabled", {"versioning": []}, OFF),
        ("aws_s3_bucket", "versioning.0.enabled", {"versioning": None}, OFF),
        ("aws_s3_bucket", "versioning.0.enabled", {"versioning": "on"}, UNKNOWN),
        ("aws_s3_bucket", "versioning.0.enabled", {"versioning": {"0": 1}}, UNKNOWN),
        ("aws_elasticache_cluster", "final_snapshot_identifier", {}, UNKNOWN),
        (
            "aws_elasticache_cluster",
            "final_snapshot_identifier",
            {"final_snapshot_identifier": ""},
            OFF,
        ),
        (
            "aws_elasticache_cluster",
            "final_snapshot_identifier",
            {"final_snapshot_identifier": "last"},
            ON,
        ),
    ],
)
def test_a_protection_reads_how_an_object_stands_and_never_guesses(
    type_: str, path: str, before: Any, stand: Stand
):
    protection = next(p for p in protections(type_) if p.path == path)
    assert protection.stand(before) is stand


def test_an_amount_is_a_number_and_for_ever_is_more_than_any():
    days = Protection("days", Effect.HISTORY, Wanted.MORE_OR_ZERO)
    assert days.amount({"days": Decimal(30)}) == 30
    assert days.amount({"days": 0}) == float("inf")
    for none in ({"days": None}, {"days": "30"}, {"days": True}, {}, None, []):
        assert days.amount(none) is None
