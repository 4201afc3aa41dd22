"""What every implementation of the port `Sources` promises."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import tarfile
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sekisho.domain.configurations import File, Limits, Manifest
from sekisho.domain.errors import (
    ArchiveInvalid,
    ConfigurationEmpty,
    ConfigurationInvalid,
    GitPathUnknown,
    GitRefInvalid,
    GitRefUnknown,
    InlineTooLarge,
    PushIncomplete,
    UploadTooLarge,
)
from sekisho.domain.git import GitCommit, GitSource
from sekisho.domain.pushes import PackedFile
from sekisho.ports import Received, Snapshot, Sources
from sekisho.sources import LocalSources
from tests.fakes.git_server import GitServer, git

Make = Callable[[Limits], Sources]
FORMATS = ("gnu", "pax", "ustar")
NAMES = st.text(alphabet="abcXYZ012-_ がé漢", min_size=1, max_size=12).filter(
    lambda name: name == name.strip()
)


class Tidy:
    """Closes every snapshot that its sources gave, when the test is over."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._given: list[Snapshot] = []

    def inline(self, files: Mapping[str, str]) -> Snapshot:
        return self._kept(self._sources.inline(files))

    def archive(self, stream: BinaryIO) -> Snapshot:
        return self._kept(self._sources.archive(stream))

    def folder(self, path: str) -> Snapshot:
        return self._kept(self._sources.folder(path))

    @property
    def caps(self) -> Limits:
        return self._sources.caps

    def pack(
        self, stream: BinaryIO, wanted: Mapping[str, int], here: AbstractSet[str] = frozenset()
    ) -> Received:
        received = self._sources.pack(stream, wanted, here)
        self._given.append(Snapshot(Manifest(()), received.content))
        return received

    def pushed(
        self, manifest: Manifest, packs: Iterable[tuple[tuple[PackedFile, ...], BinaryIO]]
    ) -> Snapshot:
        return self._kept(self._sources.pushed(manifest, packs))

    def git(self, source: GitSource, ref: str) -> Snapshot:
        return self._kept(self._sources.git(source, ref))

    def close(self) -> None:
        for snapshot in self._given:
            snapshot.content.close()

    def _kept(self, snapshot: Snapshot) -> Snapshot:
        self._given.append(snapshot)
        return snapshot


@pytest.fixture(params=[LocalSources], ids=lambda kind: kind.__name__)
def make(request: pytest.FixtureRequest, tmp_path: Path):
    """Makes sources with some limits."""
    made: list[Tidy] = []

    def make_one(limits: Limits) -> Sources:
        made.append(Tidy(request.param(tmp_path / "spool", limits)))
        return made[-1]

    yield make_one
    for one in made:
        one.close()


@pytest.fixture
def sources(make: Make) -> Sources:
    return make(Limits())


@pytest.fixture
def server(tmp_path: Path):
    with GitServer(tmp_path) as serving:
        yield serving


@st.composite
def trees(draw: st.DrawFn) -> dict[str, str]:
    """Files that can lie beside each other on any file system."""
    tree = {"main.tf": draw(st.text(max_size=50))}
    folders = {"main.tf"}
    for _ in range(draw(st.integers(0, 6))):
        parts = draw(st.lists(NAMES, min_size=1, max_size=4))
        folded = [unicodedata.normalize("NFC", p.casefold()) for p in parts]
        # A level of its own letter: no file is ever another one's folder, no two differ by case.
        path = "/".join(f"{depth}{len(tree)}{name}" for depth, name in enumerate(folded))
        tree[f"{path}.txt"] = draw(st.text(max_size=200))
        folders.add(path)
    return tree


def write(tree: Mapping[str, str | bytes], root: Path) -> Path:
    for name, content in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def packed(root: Path, how: str = "gnu") -> io.BytesIO:
    """Pack as the system's tar does."""
    made = subprocess.run(
        ["tar", "-czf", "-", f"--format={how}", "-C", str(root), "."],
        check=True,
        capture_output=True,
    )
    return io.BytesIO(made.stdout)


def packed_by_python(root: Path, how: int, arcname: str) -> io.BytesIO:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", format=how) as tar:
        tar.add(root, arcname=arcname)
    stream.seek(0)
    return stream


def contents(snapshot: Snapshot) -> dict[str, bytes]:
    with snapshot.content as content, tarfile.open(fileobj=content, mode="r:") as tar:
        return {e.name: tar.extractfile(e).read() for e in tar}  # type: ignore[union-attr]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees())
def test_the_same_files_have_one_digest_however_they_arrive(
    sources: Sources, tree: dict[str, str], tmp_path_factory: pytest.TempPathFactory
):
    root = write(tree, tmp_path_factory.mktemp("tree"))
    arrived = [sources.inline(tree), sources.folder(str(root))]
    arrived += [sources.archive(packed(root, how)) for how in FORMATS]
    for how in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        arrived += [sources.archive(packed_by_python(root, how, top)) for top in (".", "")]

    assert len({snapshot.manifest for snapshot in arrived}) == 1
    assert len({snapshot.content.read() for snapshot in arrived}) == 1


def test_the_content_is_a_canonical_tar_of_exactly_the_manifest(sources: Sources, tmp_path: Path):
    tree = {"main.tf": "a", "b/c.tf": "b", "B.txt": "c", "あ.tf": "d", "b/run.sh": "e"}
    root = write(tree, tmp_path / "tree")
    (root / "b/run.sh").chmod(0o700)
    snapshot = sources.folder(str(root))

    with snapshot.content as content, tarfile.open(fileobj=content, mode="r:") as tar:
        entries = tar.getmembers()
    assert [e.name for e in entries] == sorted(tree, key=str.encode)
    assert [f.path for f in snapshot.manifest.files] == sorted(tree, key=str.encode)
    assert {(e.mtime, e.uid, e.gid, e.uname, e.gname) for e in entries} == {(0, 0, 0, "", "")}
    assert {e.name: e.mode for e in entries if e.mode != 0o644} == {"b/run.sh": 0o755}
    assert all(e.isreg() for e in entries)


def test_what_is_executable_is_part_of_the_digest(sources: Sources, tmp_path: Path):
    root = write({"main.tf": "a", "run.sh": "b"}, tmp_path / "tree")
    plain = sources.folder(str(root)).manifest.digest
    (root / "run.sh").chmod(0o755)

    assert sources.folder(str(root)).manifest.digest != plain
    assert sources.archive(packed(root)).manifest == sources.folder(str(root)).manifest


def test_long_and_japanese_names_arrive_whole(sources: Sources, tmp_path: Path):
    tree = {"main.tf": "x", f"{'深い' * 20}/{'長い名前' * 20}/{'z' * 200}.tf": "y"}
    root = write(tree, tmp_path / "tree")

    for how in ("gnu", "pax"):
        assert contents(sources.archive(packed(root, how))) == {
            name: text.encode() for name, text in tree.items()
        }


def test_a_name_as_macos_writes_it_is_the_one_that_others_write(sources: Sources, tmp_path: Path):
    composed, decomposed = "ガード.tf", unicodedata.normalize("NFD", "ガード.tf")
    assert composed != decomposed
    root = write({decomposed: "x"}, tmp_path / "tree")

    expected = sources.inline({composed: "x"}).manifest
    assert sources.folder(str(root)).manifest == expected
    assert sources.archive(packed(root, "pax")).manifest == expected
    assert sources.inline({decomposed: "x"}).manifest == expected


def test_litter_of_editors_and_macos_is_left_out_however_it_arrives(
    sources: Sources, tmp_path: Path
):
    litter = {"._main.tf": "\0\5\x16\7", ".DS_Store": "x", "m/._a.tf": "x", ".#main.tf": "x"}
    tree = {"main.tf": "x", "m/a.tf": "y"}
    root = write(tree | litter, tmp_path / "tree")

    expected = sources.inline(tree).manifest
    assert sources.inline(tree | litter).manifest == expected
    assert sources.folder(str(root)).manifest == expected
    assert sources.archive(packed(root)).manifest == expected


@pytest.mark.parametrize(
    "name",
    [
        ".git/config",
        ".terraform/providers/x",
        "terraform.d/plugins/x",
        "terraform.tfstate",
        "envs/terraform.tfstate.backup",
        "terraform.tfstate.d/prod/x",
        ".env",
        ".env.local",
        ".envrc",
        "certs/server.pem",
        "id_rsa",
        "id_ed25519.bak",
        ".aws/credentials",
        "my.tfrc",
        ".terraformrc",
        "out.tfplan",
        "zzzzz_override.tf",
        "zzzz_sekisho_override.tf",
        "zzzz_sekisho_override.tofu",
        "m/zzzzz_override.tf",
        ".TERRAFORM/x",
    ],
)
def test_what_never_belongs_is_refused_when_sent_and_left_out_of_a_folder(
    sources: Sources, name: str, tmp_path: Path
):
    root = write({"main.tf": "x", name: "secret"}, tmp_path / "tree")

    with pytest.raises(ConfigurationInvalid):
        sources.inline({"main.tf": "x", name: "secret"})
    with pytest.raises(ArchiveInvalid) as refusal:
        sources.archive(packed(root))
    assert "--exclude=" in refusal.value.message()
    assert sources.folder(str(root)).manifest == sources.inline({"main.tf": "x"}).manifest


@pytest.mark.parametrize(
    "name",
    [".terraform.lock.hcl", ".terraformignore", "id_generator.tf", "id_rsa.tf", "id_rsa.pub",
     "key.tf", "override.tf", "m/override.tf", ".gitignore", "environment.tf"],
)  # fmt: skip
def test_names_that_only_look_alike_are_taken(sources: Sources, name: str):
    assert name in contents(sources.inline({"main.tf": "x", name: "y"}))


@pytest.mark.parametrize("tree", [{}, {"readme.md": "x"}, {"infra/a.tfvars": "x"}, {".a.tf": "x"}])
def test_there_must_be_a_terraform_file_somewhere(
    sources: Sources, tree: dict[str, str], tmp_path: Path
):
    root = write(tree, tmp_path / "tree")
    root.mkdir(exist_ok=True)

    for arrive in (
        lambda: sources.inline(tree),
        lambda: sources.folder(str(root)),
        lambda: sources.archive(packed(root)),
    ):
        with pytest.raises(ConfigurationEmpty):
            arrive()


def test_inline_files_have_a_cap_in_bytes_of_all_together(sources: Sources):
    half = "あ" * (64 * 1024 // 3 * 2)
    assert len(half.encode()) == 131_070
    sources.inline({"main.tf": half, "b.tf": half + "1234"}).content.close()

    with pytest.raises(InlineTooLarge) as refusal:
        sources.inline({"main.tf": half, "b.tf": half + "12345"})
    assert refusal.value.facts == {"size": 262_145, "cap": 262_144}


@pytest.mark.parametrize(
    "name",
    ["", "/etc/x.tf", "../x.tf", "a/../../x.tf", "a\\b.tf", "C:/x.tf", "a\nb.tf", "a\0.tf",
     "a\u202eb.tf", "a\u200bb.tf", "a\ud800.tf", "a/", "/"],
)  # fmt: skip
def test_inline_names_stay_in_the_folder_and_can_be_seen(sources: Sources, name: str):
    files = {"main.tf": "x", name: "y"}
    if name == "a/":
        assert sources.inline(files).manifest == sources.inline({"main.tf": "x", "a": "y"}).manifest
        return
    with pytest.raises(ConfigurationInvalid):
        sources.inline(files)


@pytest.mark.parametrize(
    "names",
    [("a.tf", "A.tf"), ("m/a.tf", "M/b.tf"), ("a", "a/b"), ("A", "a/b"), ("a.tf", "./a.tf"),
     ("が", unicodedata.normalize("NFD", "が")), ("straße", "STRASSE")],
)  # fmt: skip
def test_two_names_for_one_file_are_refused(sources: Sources, names: tuple[str, str]):
    with pytest.raises(ConfigurationInvalid):
        sources.inline({"main.tf": "x"} | dict.fromkeys(names, "y"))


def test_text_that_cannot_be_written_is_refused(sources: Sources):
    with pytest.raises(ConfigurationInvalid):
        sources.inline({"main.tf": "a\ud800"})


def test_a_path_too_deep_or_too_long_is_refused(sources: Sources):
    sources.inline({"main.tf": "", "/".join("a" * 32): ""}).content.close()
    for name in ("/".join("a" * 33), "a" * 256, "あ" * 86, "/".join(["a" * 100] * 11)):
        with pytest.raises(UploadTooLarge):
            sources.inline({"main.tf": "", name: ""})


def test_more_files_than_the_cap_are_refused(make: Make, tmp_path: Path):
    sources = make(Limits(files=3))
    tree = {"main.tf": "", "b": "", "c": ""}
    root = write(tree, tmp_path / "tree")
    assert sources.inline(tree).manifest == sources.folder(str(root)).manifest

    write({"d": ""}, root)
    for arrive in (
        lambda: sources.inline(tree | {"d": ""}),
        lambda: sources.folder(str(root)),
        lambda: sources.archive(packed(root)),
    ):
        with pytest.raises(UploadTooLarge):
            arrive()


def test_more_bytes_than_the_cap_are_refused(make: Make, tmp_path: Path):
    sources = make(Limits(unpacked_bytes=1000, packed_bytes=600))
    root = write({"main.tf": "x" * 1000}, tmp_path / "tree")
    assert sources.folder(str(root)).manifest == sources.archive(packed(root)).manifest

    write({"b": "x"}, root)
    with pytest.raises(UploadTooLarge):
        sources.folder(str(root))
    with pytest.raises(UploadTooLarge):
        sources.archive(packed(root))
    noise = write({"main.tf": os.urandom(700)}, tmp_path / "noise")
    with pytest.raises(UploadTooLarge):
        sources.archive(packed(noise))


def test_a_missing_folder_is_said_plainly(sources: Sources, tmp_path: Path):
    write({"main.tf": ""}, tmp_path)
    for path in (tmp_path / "none", tmp_path / "main.tf"):
        with pytest.raises(ConfigurationInvalid) as refusal:
            sources.folder(str(path))
        assert path.name in refusal.value.message()
    with pytest.raises(ConfigurationInvalid):
        sources.folder("a\0b")


# --- pushes ---------------------------------------------------------------------------------------


def announced(tree: dict[str, str]) -> Manifest:
    return Manifest.of(File(path, len(t.encode()), sha(t)) for path, t in tree.items())


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def pack_of(*texts: str) -> io.BytesIO:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as tar:
        for text in texts:
            entry = tarfile.TarInfo(sha(text))
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    whole.seek(0)
    return whole


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees())
def test_what_is_pushed_is_what_comes_any_other_way(sources: Sources, tree: dict[str, str]):
    manifest = announced(tree)
    wanted = {file.sha256: file.size for file in manifest.files}
    texts = sorted(set(tree.values()))
    packs = [sources.pack(pack_of(*part), wanted) for part in (texts[::2], texts[1::2])]
    assert not any(received.error for received in packs)
    pushed = sources.pushed(manifest, ((received.files, received.content) for received in packs))
    inline = sources.inline(tree)
    assert pushed.manifest == inline.manifest == manifest
    assert pushed.content.read() == inline.content.read()


def test_a_pack_gives_what_was_whole_before_it_broke_off(sources: Sources):
    noise = "".join(f"{n * 7919 % 104729:x}" for n in range(20_000))
    wanted = {sha("a"): 1, sha(noise): len(noise)}
    received = sources.pack(io.BytesIO(pack_of("a", noise).getvalue()[:-500]), wanted)
    assert isinstance(received.error, ArchiveInvalid)
    assert (received.files, received.content.read()) == ((PackedFile(sha("a"), 1),), b"a")


def test_a_pack_passes_over_what_is_here_and_what_comes_twice(sources: Sources):
    wanted = {sha("a"): 1, sha("b"): 1}
    received = sources.pack(pack_of("a", "b", "b"), wanted, {sha("a")})
    assert received.error is None
    assert (received.files, received.content.read()) == ((PackedFile(sha("b"), 1),), b"b")


def test_a_push_with_holes_is_not_put_together(sources: Sources):
    manifest = announced({"main.tf": "a", "b.tf": "b", "c.tf": "b"})
    packs = [((PackedFile(sha("a"), 1),), io.BytesIO(b"a"))]
    with pytest.raises(PushIncomplete) as refusal:
        sources.pushed(manifest, packs)
    assert refusal.value.facts["count"] in (2, "2")


def test_contents_that_are_not_what_was_announced_are_refused(sources: Sources):
    packs = [((PackedFile(sha("a"), 1),), io.BytesIO(b"x"))]
    with pytest.raises(ArchiveInvalid):
        sources.pushed(announced({"main.tf": "a"}), packs)


def test_a_pack_is_held_to_the_caps(make: Make):
    sources = make(Limits(packed_bytes=100))
    noise = "".join(f"{n * 7919 % 104729:x}" for n in range(2_000))
    received = sources.pack(pack_of(noise), {sha(noise): len(noise)})
    assert isinstance(received.error, UploadTooLarge)
    assert received.files == ()
    assert sources.caps.packed_bytes == 100


def test_a_commit_has_the_digest_of_the_same_files_sent_in_any_other_way(
    sources: Sources, server: GitServer, tmp_path: Path
):
    tree = {"main.tf": "x", "長い/名前.tf": "y", "run.sh": "z", "._main.tf": "litter"}
    left_out = {".env": "secret", "m/terraform.tfstate": "secret", "id_rsa": "secret"}
    root = write(tree, tmp_path / "tree")
    (root / "run.sh").chmod(0o755)
    repo = server.repository()
    commit = repo.commit(
        {f"envs/prod/{name}": text for name, text in (tree | left_out).items()},
        modes={"envs/prod/run.sh": "100755"},
    )

    snapshot = sources.git(server.source(path="envs/prod"), "")
    expected = sources.archive(packed(root))
    assert snapshot.manifest == expected.manifest
    assert snapshot.content.read() == expected.content.read()
    assert snapshot.commit == GitCommit(
        server.source().url,
        "main",
        commit,
        "envs/prod",
        protected=True,
        declared="main",
        author="sato@example.jp",
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("佐藤@example.jp", "佐藤@example.jp"),
        ("", ""),
        ("a\u202eb\u200b@example.jp", "ab@example.jp"),
        ("a" * 5_000, "a" * 319 + "…"),
    ],
)
def test_the_author_of_a_commit_is_told_as_the_commit_says_inert_and_capped(
    sources: Sources, server: GitServer, written: str, said: str
):
    repo = server.repository()
    tree = repo.tree_of({"main.tf": "", ".mailmap": f"Ito <ito@example.jp> <{written}>\n"})
    who = "1700000000 +0900"
    text = f"tree {tree}\nauthor x <{written}> {who}\ncommitter y <y@example.jp> {who}\n\nm\n"
    commit = git(
        repo.folder,
        *["hash-object", "-t", "commit", "-w", "--literally", "--stdin"],
        given=text.encode(),
    )
    repo.point("refs/heads/main", commit)

    taken = sources.git(server.source(), "").commit

    assert taken is not None
    assert taken.author == said


def test_a_branch_a_tag_and_a_commit_are_found_and_only_the_declared_ref_is_protected(
    sources: Sources, server: GitServer
):
    repo = server.repository()
    first = repo.commit({"main.tf": "1"})
    last = repo.commit({"main.tf": "2"}, parent=first)
    other = repo.commit({"main.tf": "3"}, "refs/heads/feature/あ", parent=first)
    repo.tag("v1", first)
    repo.point("refs/tags/light", last)

    found = {
        ref: sources.git(server.source(), ref).commit
        for ref in ("main", "refs/heads/main", "light", first, last, "v1", "feature/あ", other)
    }
    commits = {ref: commit.commit for ref, commit in found.items() if commit}
    assert commits == {
        "main": last, "refs/heads/main": last, "light": last, first: first, last: last,
        "v1": first, "feature/あ": other, other: other,
    }  # fmt: skip
    protected = {ref for ref, commit in found.items() if commit and commit.protected}
    assert protected == {"main", "refs/heads/main", "light", first, last}


def test_a_server_that_cannot_leave_files_out_sends_all_of_its_history(
    make: Make, server: GitServer
):
    repo = server.repository()
    first = repo.commit({"main.tf": "1"})
    repo.commit({"main.tf": "2"}, parent=first)
    git(repo.folder, "config", "uploadpack.allowFilter", "false")
    commit = make(Limits()).git(server.source(), first).commit

    assert commit is not None
    assert commit.protected


def test_a_ref_or_a_folder_that_is_not_there_is_said_plainly(sources: Sources, server: GitServer):
    server.repository().commit({"main.tf": ""})
    for ref in ("none", "refs/heads/none", "f" * 40):
        with pytest.raises(GitRefUnknown):
            sources.git(server.source(), ref)
    with pytest.raises(GitPathUnknown):
        sources.git(server.source(path="none"), "")
    with pytest.raises(GitRefInvalid):
        sources.git(server.source(), "--x")


def test_more_files_or_bytes_in_a_commit_than_the_caps_are_refused(make: Make, server: GitServer):
    repo = server.repository()
    repo.commit({"main.tf": "", "b": "", "c": ""})
    make(Limits(files=3)).git(server.source(), "").content.close()
    with pytest.raises(UploadTooLarge):
        make(Limits(files=2)).git(server.source(), "")
    repo.commit({"main.tf": "x" * 1001})
    with pytest.raises(UploadTooLarge):
        make(Limits(unpacked_bytes=1000)).git(server.source(), "")
