"""Pushes: announced, sent in packs, put together; between one person and one workspace."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import tarfile
import threading
from datetime import timedelta

import pytest

from sekisho.domain.callers import Caller
from sekisho.domain.configurations import Configuration, File
from sekisho.domain.configurations import Limits as Caps
from sekisho.domain.errors import (
    ArchiveInvalid,
    ConfigurationEmpty,
    PushIncomplete,
    PushUnknown,
    SekishoError,
    SourceRefused,
    UploadTooLarge,
    WorkspaceUnknown,
)
from sekisho.domain.plans import PlanOptions
from sekisho.domain.workspaces import Workspace
from sekisho.engine.plans import PlanOrder
from sekisho.ports import Limits
from sekisho.sources import LocalSources
from tests.fakes.world import AGENT, PERSON, World, main

MAIN = main()["main.tf"].encode()
TREE = {"main.tf": MAIN, "modules/a/main.tf": MAIN, "図/構成.png": b"\0\1" * 5000, "empty": b""}


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def files(tree: dict[str, bytes]) -> list[File]:
    return [File(path, len(data), sha(data)) for path, data in tree.items()]


def pack(*contents: bytes, names: dict[bytes, str] | None = None) -> io.BytesIO:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as tar:
        for data in contents:
            member = tarfile.TarInfo((names or {}).get(data, sha(data)))
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    whole.seek(0)
    return whole


def begin(world: World, tree: dict[str, bytes], caller: Caller = AGENT, workspace: str = "dev"):
    return world.engine.pushes.begin(workspace, files(tree), caller)


def pushed(world: World, tree: dict[str, bytes], caller: Caller = AGENT) -> Configuration:
    progress = begin(world, tree, caller)
    by_digest = {sha(data): data for data in tree.values()}
    if progress.missing:
        sent = pack(*(by_digest[digest] for digest in progress.missing))
        world.engine.pushes.receive(progress.push.id, sent, caller)
    return world.engine.pushes.finish(progress.push.id, caller)


def test_a_push_becomes_the_configuration_that_was_announced():
    world = World()
    made = pushed(world, TREE)
    assert made.digest == begin(world, TREE).push.manifest.digest
    assert (made.source, made.files) == ("upload", 4)
    with tarfile.open(fileobj=world.engine.configurations.content(made.digest)) as tar:
        found = {m.name: tar.extractfile(m).read() for m in tar.getmembers()}  # pyright: ignore[reportOptionalMemberAccess]
    assert found == TREE
    assert world.audit() == ["configuration.create"]


def test_what_was_pushed_can_be_planned():
    world = World()
    made = pushed(world, {"main.tf": MAIN})
    run = world.engine.plans.create(PlanOrder("dev", made.digest, PlanOptions()), AGENT)
    world.worker.turn()
    assert world.run(run).status == "awaiting_approval"


def test_one_content_is_asked_for_once_whatever_its_names():
    progress = begin(World(), TREE)
    assert sorted(progress.missing) == sorted({sha(data) for data in TREE.values()})


def test_what_is_there_is_not_asked_for_again():
    world = World()
    pushed(world, TREE)
    again = begin(world, TREE | {"new.tf": b"# new"})
    assert again.missing == (sha(b"# new"),)
    assert pushed(world, TREE | {"new.tf": b"# new"}).files == 5


def test_the_same_again_is_known_at_once_and_not_told_twice():
    world = World()
    made = pushed(world, TREE)
    again = begin(world, TREE)
    assert (again.configuration, again.missing) == (made, ())
    assert world.engine.pushes.finish(again.push.id, AGENT) == made
    assert world.audit() == ["configuration.create"]


@pytest.mark.parametrize(("who", "where"), [(PERSON, "dev"), (AGENT, "other")])
def test_nobody_learns_what_another_pushed_or_to_where(who: Caller, where: str):
    world = World()
    pushed(world, TREE)
    progress = begin(world, TREE, who, where)
    assert progress.configuration is None
    assert len(progress.missing) == 3


def test_the_same_person_through_another_client_goes_on():
    world = World()
    pushed(world, TREE)
    elsewhere = dataclasses.replace(AGENT, via="another laptop")
    assert begin(world, TREE, elsewhere).configuration


def test_a_push_is_of_the_person_who_began_it():
    world = World()
    id = begin(world, TREE).push.id
    with pytest.raises(PushUnknown):
        world.engine.pushes.receive(id, pack(MAIN), PERSON)
    with pytest.raises(PushUnknown):
        world.engine.pushes.finish(id, PERSON)
    with pytest.raises(PushUnknown):
        world.engine.pushes.finish("psh-nothing", AGENT)


def test_what_is_missing_is_counted():
    world = World()
    id = begin(world, TREE).push.id
    world.engine.pushes.receive(id, pack(MAIN), AGENT)
    with pytest.raises(PushIncomplete) as error:
        world.engine.pushes.finish(id, AGENT)
    assert error.value.facts["count"] == "2" or error.value.facts["count"] == 2
    assert world.audit() == []


def test_a_pack_that_breaks_off_keeps_what_was_whole():
    world = World()
    noise = bytes(hashlib.sha256(str(n).encode()).digest()[0] for n in range(200_000))
    tree = {"main.tf": MAIN, "big": noise}
    id = begin(world, tree).push.id
    broken = io.BytesIO(pack(MAIN, noise).getvalue()[:-1000])
    with pytest.raises(ArchiveInvalid):
        world.engine.pushes.receive(id, broken, AGENT)
    assert begin(world, tree).missing == (sha(noise),)
    world.engine.pushes.receive(id, pack(MAIN, noise), AGENT)
    assert world.engine.pushes.finish(id, AGENT).files == 2


@pytest.mark.parametrize(
    "sent",
    [
        pack(b"something else"),
        pack(MAIN, names={MAIN: "main.tf"}),
        pack(MAIN, names={MAIN: "../main.tf"}),
        pack(MAIN + b"x", names={MAIN + b"x": sha(MAIN)}),
        pack(MAIN[:-1] + b"x", names={MAIN[:-1] + b"x": sha(MAIN)}),
        io.BytesIO(b"no archive"),
        io.BytesIO(b""),
    ],
    ids=["unannounced", "a path", "climbing", "longer", "another content", "nonsense", "nothing"],
)
def test_what_was_not_announced_is_refused(sent: io.BytesIO):
    world = World()
    id = begin(world, TREE).push.id
    sent.seek(0)
    with pytest.raises(ArchiveInvalid):
        world.engine.pushes.receive(id, sent, AGENT)
    assert len(begin(world, TREE).missing) == 3
    assert world.store.blobs.names("pushed/") == ()


@pytest.mark.parametrize(
    ("announced", "error"),
    [
        ([("terraform.tfstate", 1)], ArchiveInvalid),
        ([(".aws/credentials", 1)], ArchiveInvalid),
        ([("../x", 1)], ArchiveInvalid),
        ([("/etc/passwd", 1)], ArchiveInvalid),
        ([("./a.tf", 1)], ArchiveInvalid),
        ([("a//b", 1)], ArchiveInvalid),
        ([("か\u3099.tf", 1)], ArchiveInvalid),
        ([("._main.tf", 1)], ArchiveInvalid),
        ([("MAIN.tf", 1)], ArchiveInvalid),
        ([("main.tf/x", 1)], ArchiveInvalid),
        ([("a", 300 * 1024 * 1024)], UploadTooLarge),
        ([("/".join("a" * 40), 1)], UploadTooLarge),
        ([(f"{n}", 1) for n in range(10_000)], UploadTooLarge),
    ],
)
def test_what_would_be_refused_is_refused_before_it_is_sent(
    announced: list[tuple[str, int]], error: type[SekishoError]
):
    world = World()
    rest = [File(path, size, f"{n:064x}") for n, (path, size) in enumerate(announced)]
    with pytest.raises(error):
        world.engine.pushes.begin("dev", [*files({"main.tf": MAIN}), *rest], AGENT)
    assert world.store.pushes.owners() == ()


def test_one_content_cannot_have_two_sizes():
    two = [File("main.tf", 1, "0" * 64), File("b.tf", 2, "0" * 64)]
    with pytest.raises(ArchiveInvalid):
        World().engine.pushes.begin("dev", two, AGENT)


def test_no_terraform_is_no_configuration():
    with pytest.raises(ConfigurationEmpty):
        begin(World(), {"a/main.tf": MAIN})


def test_a_workspace_says_whether_it_takes_uploads():
    world = World(Workspace("dev", sources=("inline",)))
    with pytest.raises(SourceRefused):
        begin(world, TREE)
    with pytest.raises(WorkspaceUnknown):
        begin(world, TREE, workspace="nowhere")


def test_what_is_not_allowed_any_more_is_not_finished():
    world = World()
    id = begin(world, {"main.tf": MAIN}).push.id
    world.engine.pushes.receive(id, pack(MAIN), AGENT)
    world.catalog.change("dev", sources=("inline",))
    with pytest.raises(SourceRefused):
        world.engine.pushes.finish(id, AGENT)


def test_a_push_expires_and_what_it_brought_is_swept():
    world = World()
    id = begin(world, TREE).push.id
    world.engine.pushes.receive(id, pack(MAIN), AGENT)
    world.engine.retention.sweep()
    assert len(world.store.blobs.names("pushed/")) == 1
    world.clock.advance(8 * 24 * 3600)
    with pytest.raises(PushUnknown):
        world.engine.pushes.finish(id, AGENT)
    world.engine.retention.sweep()
    assert world.store.blobs.names("pushed/") == ()
    assert world.store.pushes.owners() == ()
    with pytest.raises(PushUnknown):
        world.store.pushes.get(id)


def test_packs_stay_while_any_push_needs_them():
    world = World()
    pushed(world, TREE)
    world.clock.advance(6 * 24 * 3600)
    begin(world, {"main.tf": MAIN})
    world.clock.advance(2 * 24 * 3600)
    world.engine.retention.sweep()
    assert begin(world, {"main.tf": MAIN}).missing == ()


def test_of_many_pushes_the_latest_are_remembered():
    world = World(limits=Limits(pushes_kept=2))
    trees = [{"main.tf": MAIN + b"# %d" % n} for n in range(4)]
    for tree in trees:
        pushed(world, tree)
    assert len(world.store.blobs.names("pushed/")) == 2
    owner = begin(world, trees[3]).push.owner
    assert len(world.store.pushes.of(owner)) == 2
    assert begin(world, trees[0]).missing


def test_a_pack_that_is_gone_is_asked_for_again():
    world = World()
    id = begin(world, TREE).push.id
    world.engine.pushes.receive(id, pack(*set(TREE.values())), AGENT)
    for name in world.store.blobs.names("pushed/"):
        world.store.blobs.remove(name)
    with pytest.raises(PushIncomplete):
        world.engine.pushes.finish(id, AGENT)
    assert pushed(world, TREE).files == 4


def test_a_blob_that_no_pack_knows_goes_at_the_second_sweep():
    world = World()
    world.store.blobs.put("pushed/x/pck-lost", io.BytesIO(b"x"))
    world.engine.retention.sweep()
    assert world.store.blobs.has("pushed/x/pck-lost")
    world.engine.retention.sweep()
    assert not world.store.blobs.has("pushed/x/pck-lost")


def test_a_configuration_that_was_forgotten_is_made_again():
    world = World(limits=Limits(keep_runs=timedelta(days=1)))
    made = pushed(world, TREE)
    world.clock.advance(2 * 24 * 3600)
    world.engine.retention.sweep()
    again = begin(world, TREE)
    assert again.configuration is None
    assert again.missing == ()
    assert world.engine.pushes.finish(again.push.id, AGENT).digest == made.digest


def test_many_finish_at_once_and_get_the_same():
    world = World()
    id = begin(world, TREE).push.id
    world.engine.pushes.receive(id, pack(*set(TREE.values())), AGENT)
    start, made, wrong = threading.Barrier(6), [], []

    def finish() -> None:
        start.wait(30)
        try:
            made.append(world.engine.pushes.finish(id, AGENT).digest)
        except SekishoError as error:
            wrong.append(error)

    threads = [threading.Thread(target=finish) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (len(made), len(set(made)), wrong) == (6, 1, [])


def test_many_send_the_same_at_once_and_nothing_is_lost():
    world = World()
    id = begin(world, TREE).push.id
    start, wrong = threading.Barrier(6), []

    def send() -> None:
        start.wait(30)
        try:
            world.engine.pushes.receive(id, pack(*set(TREE.values())), AGENT)
        except SekishoError as error:
            wrong.append(error)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert wrong == []
    assert world.engine.pushes.finish(id, AGENT).files == 4


def test_the_caps_are_the_operators(tmp_path):
    world = World()
    sources = LocalSources(tmp_path, Caps(files=1))
    world.engine.pushes._parts = dataclasses.replace(world.parts, sources=sources)
    assert world.engine.pushes.caps().files == 1
    with pytest.raises(UploadTooLarge):
        begin(world, TREE)
