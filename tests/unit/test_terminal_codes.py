"""What the terminal shows, what is kept, and what is forgiven."""

import pickle

import pytest

from sekisho.domain.errors import CodesTooMany, CodeWrong
from sekisho.identity.terminal_codes import IN_ALL, TerminalCodes, canonical, short, spaced
from tests.fakes.clock import FakeClock
from tests.fakes.ids import FakeIds

SEAL = "sha256:0123456789abcdef" + "0" * 48


class OneCode(FakeIds):
    """Ids whose codes are always the same."""

    def code(self) -> str:
        return "K7QMX3WD"


def _codes(shown: list[str]) -> TerminalCodes:
    return TerminalCodes(shown.append, FakeClock(), OneCode(), "sato")


def test_the_terminal_tells_run_decision_seal_code_and_how_long_in_both_languages():
    shown: list[str] = []
    _codes(shown).begin("run_42", SEAL, "approve")
    (notice,) = shown
    for part in (
        "APPROVE run run_42",
        "承認",
        "0123456789ab",
        "K7QM-X3WD",
        "5 minutes",
        "有効期間5分",
    ):
        assert part in notice
    assert "sato" in notice
    _codes(shown).begin("run_42", SEAL, "reject")
    assert "REJECT run run_42" in shown[-1]
    assert "却下" in shown[-1]


def test_what_is_named_cannot_write_lines_or_controls_of_its_own():
    shown: list[str] = []
    evil = "run_1\n  code / コード  AAAA-AAAA\x1b[2J\u202e"
    codes = TerminalCodes(shown.append, FakeClock(), OneCode(), evil)
    codes.begin(evil, evil, evil)
    lines = shown[0].splitlines()
    assert [line for line in lines if line.startswith("  code")] == ["  code / コード  K7QM-X3WD"]
    assert "\x1b" not in shown[0]
    assert "\u202e" not in shown[0]


def test_no_code_is_held_in_memory():
    shown: list[str] = []
    codes = _codes(shown)
    codes.begin("run_1", SEAL, "approve")
    held = pickle.dumps(
        {k: vars(v) if hasattr(v, "__dict__") else v for k, v in codes._codes.items()}
    )
    assert b"K7QM" not in held
    assert codes.finish("run_1", SEAL, "approve", "K7QM-X3WD")


def test_a_code_that_was_never_shown_counts_for_nothing():
    def broken(_: str) -> None:
        raise OSError

    codes = TerminalCodes(broken, FakeClock(), OneCode(), "sato")
    with pytest.raises(OSError):
        codes.begin("run_1", SEAL, "approve")
    with pytest.raises(CodeWrong):
        codes.finish("run_1", SEAL, "approve", "K7QMX3WD")


def test_many_runs_cannot_flood_the_terminal_either():
    shown: list[str] = []
    codes = _codes(shown)
    for n in range(IN_ALL):
        codes.begin(f"run_{n}", SEAL, "approve")
    with pytest.raises(CodesTooMany):
        codes.begin("run_more", SEAL, "approve")
    assert len(shown) == IN_ALL


def test_old_codes_are_forgotten():
    clock = FakeClock()
    codes = TerminalCodes(lambda _: None, clock, OneCode(), "sato")
    for n in range(50):
        codes.begin(f"run_{n}", SEAL, "approve")
        clock.advance(60)
    assert len(codes._codes) <= 5


@pytest.mark.parametrize(
    "typed",
    [
        "K7QMX3WD",
        "k7qm-x3wd",
        " k7qm x3wd ",
        "Ｋ７ＱＭ－Ｘ３ＷＤ",
        "K7QM—X3WD",
        "K7QM‐X3WD\r\n",
        "k 7 q m x 3 w d",
    ],
)
def test_case_width_dashes_and_spaces_mean_nothing(typed: str):
    assert canonical(typed) == "K7QMX3WD"


@pytest.mark.parametrize("typed", ["", "K7QM", "K7QMX3WDD", "K7QMX3W", "\ud800", "x" * 100_000])
def test_anything_else_is_wrong(typed: str):
    codes = _codes([])
    codes.begin("run_1", SEAL, "approve")
    with pytest.raises(CodeWrong):
        codes.finish("run_1", SEAL, "approve", typed)


def test_codes_and_seals_are_written_for_eyes():
    assert spaced("K7QMX3WD") == "K7QM-X3WD"
    assert short(SEAL) == "0123456789ab"
