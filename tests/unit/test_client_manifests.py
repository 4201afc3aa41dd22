"""The client's rules about names are the server's, and so is its digest."""

from __future__ import annotations

import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.domain import configurations as server
from sekisho.domain.errors import SekishoError
from sekisho.engine.runs import UNSETTLED
from sekisho_client import manifests as client
from sekisho_client import push

STEMS = [
    "main.tf", ".terraform", "terraform.d", ".terraform.d", ".terraformrc", "terraform.rc",
    ".terragrunt-cache", ".git", ".hg", ".svn", ".aws", ".ssh", ".netrc", ".git-credentials",
    "terraform.tfstate", "terraform.tfstate.backup", "a.tfstate", "a.tfstate.d", "x.tfplan",
    "a.tfrc", "credentials.tfrc.json", "key.pem", "server.key", "cert.p12", "cert.pfx", "a.ppk",
    "id_rsa", "id_rsa.pub", "id_rsa.tf", "id_rsa.tf.json", "id_rsa.bak", "id_ed25519_sk",
    "id_ecdsa", "id_dsa", "id_card", ".env", ".env.local", ".envrc", "env", ".gitignore",
    ".terraform.lock.hcl", "._main.tf", ".#main.tf", ".DS_Store", "DS_Store", "override.tf",
    "zzzz_sekisho_override.tf", "zzzzz_override.tf", "zzzz_override.tf.json", "zz_override.tofu",
    "~override.tf", "aaa_override.tf", "日本語.tf", "鍵.pem", "状態.tfstate", "pem", "key",
]  # fmt: skip
NAMES = [
    path
    for stem in STEMS
    for name in (stem, stem.upper(), stem.capitalize())
    for path in (name, f"modules/{name}", f"{name}/main.tf", f"a/{name}/b")
]


@pytest.mark.parametrize("path", NAMES)
def test_what_the_server_refuses_the_client_leaves_behind(path: str):
    assert bool(client.refused(path)) == bool(server.refused(path))
    assert client.litter(path) == server.ignored(path)


@given(st.text(alphabet=".abdegiknoprstvwz_/EPK鍵é", min_size=1, max_size=24))
def test_names_of_any_kind_are_judged_alike(path: str):
    assert bool(client.refused(path)) == bool(server.refused(path))
    assert client.litter(path) == server.ignored(path)


def test_every_name_that_the_server_knows_is_known_to_the_client():
    lists = (server._NEVER, server._NEVER_ENDINGS)
    assert [set(known) for known in lists] == [set(client._NEVER), set(client._ENDINGS)]
    assert all(client.refused(name) for name in server._NEVER)
    assert set(client._NEVER.values()) | set(client._ENDINGS.values()) <= set(client.REASONS)


def test_the_caps_are_the_servers():
    limits = server.Limits()
    assert client.Caps() == client.Caps.of(vars(limits))


def test_the_server_may_say_other_caps_and_nonsense_is_passed_over():
    caps = client.Caps.of({"files": 5, "unpacked_bytes": "many", "colour": 3})
    assert caps == client.Caps(files=5)


def test_the_states_of_a_run_at_work_are_the_servers():
    assert set(map(str, UNSETTLED)) == push.UNSETTLED


CONTENTS = [b"", b"x", b"x\n", "日本語\n".encode(), b"\0\1\2" * 1000]
PATHS = ["main.tf", "a/b.tf", "a b.tf", "日本語/が.tf", "Z.tf", "a-b.tf", "a/é.sh", "𠮷.tf"]


@pytest.mark.parametrize("count", range(1, len(PATHS) + 1))
def test_both_give_the_same_digest(count: int):
    shapes = itertools.cycle(itertools.product(CONTENTS, (False, True)))
    rows = [
        (path, len(content), hashlib.sha256(content).hexdigest(), runs)
        for path, (content, runs) in zip(PATHS[:count], shapes, strict=False)
    ]
    wanted = server.Manifest.of(server.File(*row) for row in rows).digest
    assert client.digest(client.File(*row) for row in reversed(rows)) == wanted


@given(st.lists(st.tuples(st.text(min_size=1, max_size=8), st.booleans()), max_size=8))
def test_digests_agree_on_any_tree(rows: list[tuple[str, bool]]):
    files = [(path.encode(errors="replace").decode(), 1, "0" * 64, runs) for path, runs in rows]
    files = list({row[0]: row for row in files}.values())
    wanted = server.Manifest.of(server.File(*row) for row in files).digest
    assert client.digest(client.File(*row) for row in files) == wanted


@pytest.mark.parametrize(
    "path",
    [
        "main.tf", "日本語.tf", "a/../b", "./a", "a\\b", "C:a", "a\nb", "a\u200bb", "a\u202eb",
        "/".join("a" * 32), "/".join("a" * 33), "x" * 255, "x" * 256, "漢" * 85, "漢" * 86,
        "/".join(["x" * 200] * 5), "/".join(["x" * 200] * 6), "a\udcffb",
    ],
)  # fmt: skip
def test_paths_are_judged_alike(path: str):
    try:
        taken = server.checked_path(path, server.Limits()) == path
    except (SekishoError, UnicodeEncodeError):
        taken = False
    assert (client.path_problem(path, client.Caps()) is None) == taken


@pytest.mark.parametrize(
    ("paths", "count"),
    [
        (["a.tf", "b.tf", "m/a.tf"], 0),
        (["a.tf", "A.tf"], 1),
        (["m/a.tf", "M/b.tf"], 1),
        (["a", "A/b"], 1),
        (["A/b", "a"], 1),
        (["straße", "STRASSE"], 1),
        (["が", "が"], 1),
        (["m/a", "m/b", "n/a"], 0),
    ],
)
def test_clashes_are_those_that_the_server_refuses(paths: list[str], count: int):
    assert len(client.clashes(paths)) == count
    names = server.Names()
    try:
        for path in paths:
            names.add(path)
        refused = False
    except SekishoError:
        refused = True
    assert refused == bool(count)
