"""The command line itself: its help, its hints, its exit codes, its words in both languages."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import time

import pytest

from sekisho.cli import exits, main, output, usage
from sekisho.cli.colours import TONES
from sekisho.cli.main import build_parser
from sekisho.cli.output import Style, fitted
from sekisho.cli.progress import elapsed
from sekisho.domain.actions import Risk
from sekisho.domain.runs import RunStatus
from sekisho_client.colours import Tone, wants_colour
from sekisho_client.terminal import bar, cut
from sekisho_client.terminal import width as width_of

COMMANDS = dict(usage.every_command(build_parser()))


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_option_and_word_has_a_help_text(path: str):
    parser = COMMANDS[path]
    assert parser.description
    for action in (*usage.own_options(parser), *usage.words_of(parser)):
        assert action.help, f"{path}: {action.dest}"
        assert not action.help.endswith("."), "as a phrase, like the others"
    assert parser.format_help()


SERVERS = {"serve", "streamable-http", "http", "stdio", "worker"}
DATA = set(COMMANDS) - SERVERS - {"help", "completion", "config schema"}


@pytest.mark.parametrize("path", sorted(DATA))
def test_every_command_that_prints_data_prints_json(path: str):
    assert "--json" in dict(usage.options_of(COMMANDS[path]))


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (["rnu"], "command_unknown", "`sekisho run`"),
        (["run", "lst"], "command_unknown", "`sekisho run list`"),
        (["verify"], "command_unknown", "`sekisho audit verify`"),
        (["zzzzz"], "command_unknown", "`sekisho --help`"),
        (["help", "rnu"], "command_unknown", "`sekisho run`"),
        (["run", "list", "--statsu", "applied"], "option_unknown", "`--status`"),
        (["run", "list", "--qqqq"], "option_unknown", "`sekisho run list --help`"),
        (["run", "list", "--jso"], "option_unknown", "`--json`"),
        (["run", "list", "extra"], "option_unknown", "--help"),
        (["run", "list", "--status", "aplied"], "choice_invalid", "`applied`"),
        (["run", "list", "--limit", "many"], "choice_invalid", "--help"),
        (["plan", "create", "x", "--mode", "destory"], "choice_invalid", "`destroy`"),
        (["client", "add", "vscod"], "choice_invalid", "`vscode`"),
        (["--color", "alway", "run", "list"], "choice_invalid", "`always`"),
        (["run", "get"], "arguments_missing", "`sekisho run get --help`"),
        (["run"], "arguments_missing", "`sekisho run --help`"),
        (["lock", "prod"], "arguments_missing", "`sekisho lock --help`"),
        (["run", "list", "--limit"], "arguments_missing", "--help"),
        (["client", "add", "kiro", "--link", "--yes"], "arguments_invalid", ""),
    ],
)
def test_a_wrong_call_ends_in_2_with_a_code_and_the_nearest_right_one(
    words: list[str], code: str, hint: str, capsys: pytest.CaptureFixture[str]
):
    assert main(words) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"error [{code}]" in shown.err
    assert hint in shown.err.split("next:")[1]


def test_wrong_calls_are_told_in_japanese_and_as_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SEKISHO_LANGUAGE", "ja")
    assert main(["run", "lst"]) == 2
    said = capsys.readouterr().err
    assert "コマンド `lst` はありません" in said
    assert "`sekisho run list` のことですか" in said
    assert main(["run", "get", "--json"]) == 2
    error = json.loads(capsys.readouterr().err)["error"]
    assert error["code"] == "arguments_missing"
    assert "run_id" in error["message"]


def test_a_wrong_call_is_not_taken_for_changes(capsys: pytest.CaptureFixture[str]):
    assert main(["plan", "create", "--detailed-exitcode"]) == 1
    assert "arguments_missing" in capsys.readouterr().err


def test_what_was_typed_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]):
    assert main(["run", "list", "--\x1b[2Jx"]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_help_and_version_are_asked_for_in_every_way(capsys: pytest.CaptureFixture[str]):
    assert main(["help"]) == 0
    shown = capsys.readouterr().out
    assert "exit codes:" in shown
    assert "\n  3 " in shown
    assert main(["help", "run", "list"]) == 0
    assert "--status" in capsys.readouterr().out
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out.startswith("sekisho ")


@pytest.mark.parametrize("status", list(RunStatus))
def test_each_status_has_an_exit_code_and_a_tone(status: RunStatus):
    good = {"awaiting_approval", "approved", "applied", "no_changes"}
    shown = exits.of_status(status)
    assert shown == (0 if status in good else 1)
    followed = exits.of_status(status, followed=True)
    assert followed == (3 if status == "awaiting_approval" else shown)
    detailed = {"no_changes": 0, "awaiting_approval": 2, "approved": 2, "applied": 2}
    assert exits.detailed(status) == detailed.get(str(status), 1)
    assert status in TONES


def test_every_risk_has_a_tone_and_every_exit_code_a_meaning():
    assert set(map(str, Risk)) <= set(TONES)
    assert set(exits.MEANINGS) == set(exits.Exit)
    assert set(exits.DETAILED_MEANINGS) == set(exits.Detailed)


@pytest.mark.parametrize(
    ("choice", "given", "terminal", "wanted"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_colour_is_where_it_is_wanted(
    choice: str, given: dict[str, str], terminal: bool, wanted: bool
):
    assert wants_colour(choice, given, terminal=terminal) is wanted


def test_tones_are_readable_on_black_and_on_white():
    codes = {part for tone in Tone for part in tone.split(";")}
    assert not codes & {"33", "93", "34", "94", "30", "37", "97"}


ROWS = [
    {"id": "run-01k0000000000000", "workspace": "本番ネットワーク", "status": "applied"},
    {"id": "run-01k0000000000001", "workspace": "w" * 60, "status": "errored"},
]


@pytest.mark.parametrize("width", [200, 80, 60, 40])
def test_a_row_is_one_line_of_the_terminal_and_ids_stay_whole(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(output, "_style", Style(width=width))
    output.table(ROWS, ("id", "workspace", "status"))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert all(width_of(line) <= max(width, 41) for line in lines)
    assert "run-01k0000000000001" in lines[2]
    assert "errored" in lines[2]


def test_piped_nothing_is_cut_and_columns_stand_in_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(output, "_style", Style())
    output.table(ROWS, ("id", "workspace", "status"))
    head, japanese, long = capsys.readouterr().out.splitlines()
    assert "w" * 60 in long
    at = head.index("STATUS")
    assert width_of(japanese[: japanese.index("applied")]) == at
    assert long[at:] == "errored"


def test_a_cell_cannot_steer_the_terminal_or_break_the_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(output, "_style", Style(colour=True))
    output.table([{"id": "a\x1b[2J\r\n\tb\u202e", "status": "applied"}], ("id", "status"))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert "\x1b[2J" not in lines[1]
    assert "\u202e" not in lines[1]
    assert "\x1b[32mapplied\x1b[0m" in lines[1]


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("関所関所", 5, "関所…"), ("関所関", 4, "関…")],
)
def test_text_is_cut_by_the_cells_it_takes(text: str, width: int, shown: str):
    assert cut(text, width) == shown
    assert width_of(shown) <= width


def test_nothing_is_cut_that_may_not_be():
    assert fitted([20, 20], ("id", "status"), 10) == [20, 20]
    assert fitted([4, 100], ("id", "message"), 30) == [4, 24]
    assert fitted([4, 100], ("id", "message"), 1) == [4, 8]


def test_a_bar_and_a_duration_are_written_shortly():
    assert bar(0, 0) == ""
    assert bar(1, 2).endswith("50 %")
    assert bar(9, 2).endswith("100 %")
    assert [elapsed(s) for s in (0, 59.9, 65, 7380)] == ["0s", "59s", "1m05s", "2h03m"]


SHOW = """
import sys, time
from sekisho.cli import output
from sekisho.cli.progress import Progress
output.set_up("auto", {}, as_json="--json" in sys.argv)
with Progress() as progress:
    progress.phase("planning")
    time.sleep(0.5)
    progress.phase("applying")
    progress.count(1, 2)
    time.sleep(0.5)
print("result")
"""


def test_progress_is_plain_lines_when_piped_and_nothing_for_programs():
    def shown(*words: str) -> tuple[str, str]:
        command = [sys.executable, "-c", SHOW, *words]
        ended = subprocess.run(
            command, capture_output=True, encoding="utf-8", timeout=60, check=True
        )
        return ended.stdout, ended.stderr

    out, err = shown()
    assert out == "result\n"
    assert re.fullmatch(r"planning \(\d+s\)\napplying \(\d+s\)\n", err)
    assert shown("--json") == ("result\n", "")


def test_progress_is_one_living_line_on_a_terminal_and_gone_at_the_end():
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", SHOW]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown, end = "", time.monotonic() + 30
    try:
        while (left := end - time.monotonic()) > 0 and select.select([ours], [], [], left)[0]:
            shown += os.read(ours, 4096).decode()
    except OSError:  # the other side has gone
        pass
    finally:
        os.close(ours)
    assert process.wait(30) == 0
    assert "planning" in shown
    assert "50 %" in shown
    assert "\n" not in shown
    assert shown.endswith("\r\x1b[K")


def test_a_reader_that_leaves_ends_a_command_quietly():
    command = f"{sys.executable} -m sekisho help | true; exit ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60, check=False)
    assert ended.returncode == 0
    assert ended.stderr == b""
