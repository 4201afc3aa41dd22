"""`sekisho audit …` on a data folder that was lived in, and on its files alone."""

import csv
import io
import json
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sekisho.cli import main
from tests.attacks.tampering import Hand, lived_in
from tests.fakes.folders import FolderWorld
from tests.fakes.world import main as files

Asked = tuple[int, str, str]
Ask = Callable[..., Asked]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original") / "data"
    lived_in(folder).store.close()
    return folder


@pytest.fixture
def world(original: Path, tmp_path: Path) -> Iterator[FolderWorld]:
    shutil.copytree(original, tmp_path / "data")
    world = FolderWorld(tmp_path / "data")
    world.ids_go_on()
    yield world
    world.store.close()


@pytest.fixture
def ask(
    world: FolderWorld, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> Ask:
    monkeypatch.setenv("SEKISHO_LANGUAGE", "en")

    def asked(*words: str, data: bool = True) -> Asked:
        more = ("--data-dir", str(world.folder)) if data else ()
        code = main([*words, *more])
        shown = capfdbinary.readouterr()
        return code, shown.out.decode(), shown.err.decode()

    return asked


def applied(world: FolderWorld) -> str:
    records = world.engine.audits.all()
    return next(str(r.entry.run_id) for r in records if r.entry.action == "run.applied")


def test_verify_says_what_it_looked_at(ask: Ask):
    code, said, _ = ask("audit", "verify")

    assert code == 0
    assert "The audit is whole" in said
    assert "What is stored is what the server wrote last" in said
    report = json.loads(ask("audit", "verify", "--json")[1])
    assert report["faults"] == []
    assert min(report["rows"], report["blobs"], report["checkpoints"]) > 0


def test_verify_names_what_was_tampered_with_in_either_language(
    ask: Ask, world: FolderWorld, monkeypatch: pytest.MonkeyPatch
):
    hand = Hand(world)
    rows = hand.rows("tokens")
    hand.put("tokens", [(r[0], r[1], r[2].replace("佐藤", "鈴木")) for r in rows])
    hand.close()

    code, _, english = ask("audit", "verify")
    monkeypatch.setenv("SEKISHO_LANGUAGE", "ja")
    _, _, japanese = ask("audit", "verify")

    assert code == 1
    assert f"tokens {rows[0][0]}: the row is not as the server wrote it" in english
    assert "[audit_fault]" in english or "audit_fault" in english
    assert "行がサーバーの書き込んだ内容と一致しません" in japanese
    (fault,) = json.loads(ask("audit", "verify", "--json")[1])["faults"]
    assert fault["where"] == f"tokens {rows[0][0]}"
    assert fault["reason_ja"] == "行がサーバーの書き込んだ内容と一致しません"


def test_checkpoints_of_a_log_from_elsewhere_find_a_restored_folder(
    ask: Ask, world: FolderWorld, tmp_path: Path
):
    world.store.close()
    shutil.copytree(world.folder, tmp_path / "yesterday")
    world.opened()
    world.applied(files("9"))
    world.store.close()
    log = tmp_path / "server.log"
    lines = [json.dumps({"event": "audit.checkpoint", **e}) for e in told(world)]
    log.write_text("\n".join(["worker.start", *lines, ""]), "utf-8")
    shutil.rmtree(world.folder)
    shutil.copytree(tmp_path / "yesterday", world.folder)
    world.opened()

    assert ask("audit", "verify")[0] == 0, "the anchors were put back too"
    code, _, said = ask("audit", "verify", "--anchors", str(log))

    assert code == 1
    assert "server.log:2" in said
    assert "is ahead of the audit" in said


def told(world: FolderWorld) -> list[dict[str, object]]:
    return [{"checkpoint": e["checkpoint"]} for e in world.journal.named("audit.checkpoint")]


@pytest.mark.parametrize("text", [None, "nothing of ours\n"])
def test_anchors_that_cannot_be_read_are_an_error(ask: Ask, tmp_path: Path, text: str | None):
    path = tmp_path / "server.log"
    if text is not None:
        path.write_text(text, "utf-8")

    code, _, said = ask("audit", "verify", "--anchors", str(path))

    assert code == 1
    assert "server.log" in said


def test_the_audit_is_exported_whole(ask: Ask, world: FolderWorld, tmp_path: Path):
    count = world.engine.audits.head()
    lines = ask("audit", "export")[1].splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == list(range(1, count + 1))

    path = tmp_path / "audit.csv"
    words = ("--format", "csv", "--language", "ja", "--zone", "Asia/Tokyo", "--month", "2026-04")
    code, said, _ = ask("audit", "export", *words, "--output", str(path))
    assert (code, said) == (0, "")
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert header[0] == "番号"
    assert len(rows) == count
    assert rows[0][1].endswith("+09:00")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    assert ask("audit", "export", "--month", "2026-05")[1] == ""


@pytest.mark.parametrize(
    "words",
    [
        ("--month", "2026-13"),
        ("--month", "4"),
        ("--zone", "Mars/Olympus"),
        ("--zone", "../../etc/passwd"),
        ("--output", "/nowhere/at/all.csv"),
    ],
)
def test_an_export_that_cannot_be_is_an_error(ask: Ask, words: tuple[str, ...]):
    code, said, error = ask("audit", "export", *words)

    assert (code, said) == (1, "")
    assert "arguments_invalid" in error


def test_evidence_is_checked_without_the_server(ask: Ask, world: FolderWorld, tmp_path: Path):
    run_id, path = applied(world), tmp_path / "evidence.json"
    assert ask("audit", "evidence", run_id, "--output", str(path))[0] == 0
    key = ask("audit", "key")[1].strip()
    (tmp_path / "key.txt").write_text(key + "\n", "utf-8")
    world.store.close()
    shutil.rmtree(world.folder)

    for words in ((), ("--key", key), ("--key", str(tmp_path / "key.txt"))):
        code, said, _ = ask("audit", "verify-evidence", str(path), *words, data=False)
        assert code == 0
        assert "DOES NOT HOLD" not in said
        assert said.count("holds: ") >= 6
    assert not world.folder.exists()
    world.folder.mkdir()
    world.opened()


def test_evidence_that_was_edited_says_what_does_not_hold(
    ask: Ask, world: FolderWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    body = world.engine.evidences.of(applied(world))
    body["approvals"][0]["approved"]["by"]["person"] = "mallory"
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(body), "utf-8")

    code, said, _ = ask("audit", "verify-evidence", str(path), data=False)
    assert code == 1
    assert "DOES NOT HOLD: the approval by mallory is not signed" in said
    monkeypatch.setenv("SEKISHO_LANGUAGE", "ja")
    assert "無効: mallory の承認" in ask("audit", "verify-evidence", str(path), data=False)[1]
    found = json.loads(ask("audit", "verify-evidence", str(path), "--json", data=False)[1])
    assert found["sound"] is False
    assert {f["name"] for f in found["findings"] if not f["holds"]} >= {"file", "approval"}


def test_what_is_no_evidence_or_no_key_is_an_error(ask: Ask, tmp_path: Path):
    path = tmp_path / "x.json"
    assert ask("audit", "verify-evidence", str(path), data=False)[0] == 1
    path.write_text("{}", "utf-8")
    code, _, said = ask("audit", "verify-evidence", str(path), data=False)
    assert code == 1
    assert "evidence_invalid" in said
    for key in ("ed25519:AAAA", "rsa:AAAA", "nothing", str(path)):
        said = ask("audit", "verify-evidence", str(path), "--key", key, data=False)[2]
        assert "arguments_invalid" in said
    assert "run_unknown" in ask("audit", "evidence", "run-none")[2]
