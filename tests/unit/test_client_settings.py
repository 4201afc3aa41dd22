from pathlib import Path

import pytest

from sekisho_client.settings import LOCAL_TOKEN, find_server, is_loopback


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:8080", True),
        ("http://localhost:8080", True),
        ("http://127.evil.example", False),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1@evil.example", False),
        ("https://sekisho.example.jp", False),
        ("nonsense", False),
    ],
)
def test_only_this_machine_is_loopback(url: str, here: bool):
    assert is_loopback(url) is here


def test_the_local_token_goes_to_loopback_alone(tmp_path: Path):
    (tmp_path / LOCAL_TOKEN).write_text("sks_local\n", encoding="utf-8")
    assert find_server(None, tmp_path, {}).token == "sks_local"
    assert find_server("http://127.evil.example", tmp_path, {}).token is None


def test_the_environment_names_server_and_credential(tmp_path: Path):
    (tmp_path / "token").write_text("sks_file\n", encoding="utf-8")
    given = {"SEKISHO_URL": "https://a.example/", "SEKISHO_TOKEN_FILE": str(tmp_path / "token")}
    server = find_server(None, None, given)
    assert (server.url, server.token) == ("https://a.example", "sks_file")
    assert find_server("https://b.example", None, given | {"SEKISHO_TOKEN": "x"}).token == "x"
