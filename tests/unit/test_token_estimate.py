"""Our estimate of tokens against a real tokenizer: budgets hold, and little room is wasted."""

import base64
import json
import random
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from bench.big_plans import SAMPLES

from sekisho.views.view import tokens
from tests.bpe import count

ROOT = Path(__file__).resolve().parents[2]
PROSE_JA = (
    "この変更は、データベースの置き換えを伴います。承認する前に、影響を受ける利用者と復旧の手順を"
    "必ず確かめてください。関所は、承認された計画だけを適用します。"
)
LOG = (
    "aws_instance.web[3]: Still creating... [10s elapsed]\n"
    "Error: creating EC2 Instance: operation error EC2: RunInstances, StatusCode: 400, "
    "RequestID: 6f0c1f3a-9d0e-4b77-88c2-a6d1e3f4b5c6\n"
)
chance = random.Random(7)


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def any_of(signs: str, length: int = 2000) -> str:
    return "".join(chance.choice(signs) for _ in range(length))


def lines(one: Callable[[int], str]) -> str:
    return "\n".join(one(n) for n in range(50))


def kanji(rows: range) -> str:
    """Every third character of some rows of JIS X 0208."""
    codes = [bytes([0xA0 + row, cell]) for row in rows for cell in range(0xA1, 0xFF, 3)]
    return b"".join(codes).decode("euc_jp", errors="ignore")


USUAL = {
    "addresses": lines(lambda n: f'module.network["ap-northeast-1"].aws_iam_role.service_{n:05}'),
    "japanese addresses": lines(lambda n: f'module.site["東京支店"].aws_instance.web["基盤-{n}"]'),
    "json": compact(SAMPLES),
    "indented json": json.dumps(SAMPLES, ensure_ascii=False, indent=2),
    "json in a string": compact(compact(SAMPLES)),
    "english": (ROOT / "README.md").read_text(encoding="utf-8"),
    "japanese": (ROOT / "README.ja.md").read_text(encoding="utf-8"),
    "japanese alone": PROSE_JA,
    "log": LOG,
}
HARD = {
    "base64": base64.b64encode(chance.randbytes(3000)).decode(),
    "short base64": lines(lambda _: base64.b64encode(chance.randbytes(18)).decode()),
    "hex": chance.randbytes(2000).hex(),
    "git shas": lines(lambda _: chance.randbytes(20).hex()),
    "uuids": lines(lambda _: str(uuid.UUID(bytes=chance.randbytes(16)))),
    "ids": lines(lambda _: f"arn:aws:ec2:tokyo:123456789012:instance/i-{any_of('0a1b', 17)}"),
    "access ids": lines(lambda _: "AROA" + any_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 17)),
    "networks": lines(lambda n: f"10.{n}.{n * 3}.0/24, 2001:db8:{n:x}::/56"),
    "digits": any_of("0123456789"),
    "small letters": any_of("abcdefghijklmnopqrstuvwxyz"),
    "capitals": any_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "signs": any_of("""{}[]():,.;"'/|<>!@#$%^&*-_=+~`?\\"""),
    "all of ascii": any_of("".join(map(chr, range(33, 127)))),
    "kana": "サーバーのセキュリティグループとロードバランサーをアップデートする",
    "narrow kana": "ｻｰﾊﾞｰﾉｾｷｭﾘﾃｨｸﾞﾙｰﾌﾟ",
    "common kanji": kanji(range(16, 48)),
    "emoji": "🚨⚠️✅🔥" * 30,
    "hangul": "보안 그룹 규칙이 변경됩니다. 승인하기 전에 확인하십시오.",
    "accents": "größere Änderungen prüfen, déjà vu, mañana, żółć",
}  # fmt: skip
RARE = {"rare kanji": kanji(range(48, 84)), "bare names": lines(lambda _: any_of("bcdfgx479", 10))}


@pytest.mark.parametrize("name", [*USUAL, *HARD])
def test_the_estimate_is_never_much_below_the_truth(name: str):
    text = (USUAL | HARD)[name]
    assert tokens(text) >= 0.95 * count(text)


@pytest.mark.parametrize("name", RARE)
def test_the_estimate_of_rare_signs_is_near_the_truth(name: str):
    assert tokens(RARE[name]) >= 0.85 * count(RARE[name])


@pytest.mark.parametrize("name", USUAL)
def test_the_estimate_of_what_plans_hold_wastes_little_room(name: str):
    assert tokens(USUAL[name]) <= 1.7 * count(USUAL[name])


def test_the_tokenizer_counts_as_the_vocabulary_says():
    assert count("") == 0
    assert count("hello world") == 2
    assert count("<|endoftext|>") > 1
