"""Each IDE is told in its own words where Sekisho is; no token is ever written."""

import base64
import json
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from sekisho_client import ides
from sekisho_client.errors import ClientError
from sekisho_client.ides import IDES, Connection, Machine

URL = "https://sekisho.example.jp"
HEADERS = {
    "kiro": "Bearer ${SEKISHO_TOKEN}",
    "claude": "Bearer ${SEKISHO_TOKEN}",
    "vscode": "Bearer ${env:SEKISHO_TOKEN}",
    "cursor": "Bearer ${env:SEKISHO_TOKEN}",
}


def machine(home: Path, system: str, **environment: str) -> Machine:
    return Machine(home, home / "project", system, environment)


@pytest.mark.parametrize("ide", IDES.values(), ids=IDES)
def test_an_entry_names_the_variable_in_the_ides_own_way_and_the_team(ide: ides.Ide):
    entry = ide.entry(ides.connect(URL, team="platform"))
    assert entry["url"] == f"{URL}/mcp"
    assert entry["headers"] == {"Authorization": HEADERS[ide.name], "X-Team-Id": "platform"}
    assert entry.get("type") == ("http" if ide.name in ("vscode", "claude") else None)
    assert ide.key == ("servers" if ide.name == "vscode" else "mcpServers")
    assert "${input:" not in json.dumps(entry)


@pytest.mark.parametrize("ide", IDES.values(), ids=IDES)
def test_on_loopback_no_credential_is_named_unless_asked_for(ide: ides.Ide):
    assert "headers" not in ide.entry(ides.connect("http://127.0.0.1:8080/"))
    named = ide.entry(ides.connect("http://[::1]:8080", variable="MY_TOKEN"))
    assert named["url"] == "http://[::1]:8080/mcp"
    assert "MY_TOKEN" in named["headers"]["Authorization"]
    assert "headers" not in ide.entry(ides.connect(URL, variable=""))


@pytest.mark.parametrize("ide", IDES.values(), ids=IDES)
def test_stdio_is_a_command_and_its_words(ide: ides.Ide):
    entry = ide.entry(
        Connection(command=("C:\\tools\\sekisho.exe", "stdio", "--data-dir", "D:\\x"))
    )
    assert entry["command"] == "C:\\tools\\sekisho.exe"
    assert entry["args"] == ["stdio", "--data-dir", "D:\\x"]
    assert "url" not in entry


@pytest.mark.parametrize(
    ("system", "name", "given", "file"),
    [
        ("linux", "kiro", {}, ".kiro/settings/mcp.json"),
        ("win32", "kiro", {}, ".kiro/settings/mcp.json"),
        ("linux", "cursor", {}, ".cursor/mcp.json"),
        ("linux", "vscode", {}, ".config/Code/User/mcp.json"),
        ("darwin", "vscode", {}, "Library/Application Support/Code/User/mcp.json"),
        ("win32", "vscode", {}, "AppData/Roaming/Code/User/mcp.json"),
    ],
)
def test_the_file_of_a_person_lies_where_the_ide_reads_it(
    tmp_path: Path, system: str, name: str, given: dict[str, str], file: str
):
    assert IDES[name].file("user", machine(tmp_path, system, **given)) == tmp_path / file


def test_moved_settings_folders_are_followed(tmp_path: Path):
    moved = {"APPDATA": str(tmp_path / "Roam"), "XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    vscode = IDES["vscode"]
    windows = vscode.file("user", machine(tmp_path, "win32", **moved))
    linux = vscode.file("user", machine(tmp_path, "linux", **moved))
    assert windows == tmp_path / "Roam" / "Code" / "User" / "mcp.json"
    assert linux == tmp_path / "xdg" / "Code" / "User" / "mcp.json"


def test_the_file_of_a_project_lies_in_it(tmp_path: Path):
    here = machine(tmp_path, "linux")
    found = {i.name: i.file("project", here) for i in IDES.values()}
    names = {n: str(f.relative_to(tmp_path / "project")) for n, f in found.items() if f}
    assert names == {
        "kiro": ".kiro/settings/mcp.json",
        "vscode": ".vscode/mcp.json",
        "cursor": ".cursor/mcp.json",
        "claude": ".mcp.json",
    }
    assert IDES["claude"].file("user", here) is None


def test_links_hold_the_entry_and_no_token():
    links = {
        ide.name: ide.link("sekisho", ide.entry(ides.connect(URL)))
        for ide in IDES.values()
        if ide.link
    }
    assert set(links) == {"kiro", "vscode", "cursor"}
    cursor = parse_qs(urlsplit(links["cursor"]).query)
    assert cursor["name"] == ["sekisho"]
    decoded = json.loads(base64.b64decode(cursor["config"][0]))
    assert decoded == IDES["cursor"].entry(ides.connect(URL))
    scheme, _, rest = links["vscode"].partition(":")
    assert (scheme, rest.split("?")[0]) == ("vscode", "mcp/install")
    assert json.loads(unquote(rest.split("?", 1)[1]))["name"] == "sekisho"
    kiro = urlsplit(links["kiro"])
    assert (kiro.hostname, kiro.path) == ("kiro.dev", "/launch/mcp/add")
    assert json.loads(parse_qs(kiro.query)["config"][0])["url"] == f"{URL}/mcp"


def test_claude_is_told_by_its_own_command():
    words = ides.claude_command("sekisho", ides.connect(URL))
    assert ides.shell_words(words) == (
        "claude mcp add --scope user --transport http sekisho https://sekisho.example.jp/mcp "
        "--header 'Authorization: Bearer ${SEKISHO_TOKEN}'"
    )
    stdio = ides.claude_command("sekisho", Connection(command=("sekisho", "stdio")))
    assert stdio[-4:] == ["sekisho", "--", "sekisho", "stdio"]


@pytest.mark.parametrize(
    "server",
    [
        "sekisho.example.jp",
        "ftp://sekisho.example.jp",
        "https://",
        "https://user:secret@sekisho.example.jp",
        "https://sekisho.example.jp/?token=secret",
        "https://sekisho.example.jp/#x",
        "https://a b",
        "https://[::1",
        "https://a:99999",
        "https://sekisho.example.jp/'\"",
        "",
    ],
)
def test_an_address_that_cannot_be_written_is_refused_without_repeating_it(server: str):
    with pytest.raises(ClientError) as refused:
        ides.connect(server)
    assert refused.value.code == "option_invalid"
    assert "secret" not in str(refused.value) + refused.value.message.japanese


@pytest.mark.parametrize("team", ["a b", "x\r\nEvil: 1", "チーム", "x" * 129])
def test_a_team_that_is_no_header_is_refused(team: str):
    with pytest.raises(ClientError):
        ides.connect(URL, team=team)


def test_a_token_in_place_of_a_variable_is_refused():
    with pytest.raises(ClientError):
        ides.connect(URL, variable="sks_abc-def.ghi")


@pytest.mark.parametrize("ide", IDES.values(), ids=IDES)
def test_no_token_goes_over_plain_http_beyond_this_machine(ide: ides.Ide):
    with pytest.raises(ClientError) as refused:
        ides.check(ide, "sekisho", ides.connect("http://sekisho.example.jp"))
    assert refused.value.code == "address_insecure"
    ides.check(ide, "sekisho", ides.connect("http://127.0.0.1:8080", variable="T"))
    with pytest.raises(ClientError):
        ides.check(ide, "a/b", ides.connect(URL))
