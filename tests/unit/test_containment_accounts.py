"""Accounts of runs, what holds here, and tenancies; the kernel is asked, as root where it must."""

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.executors.containment import Levels, Limits, LocalContainment, Wanted, find
from sekisho.executors.containment.accounts import passable, take
from sekisho.executors.containment.landlock import abi
from sekisho.executors.containment.limits import program
from sekisho.executors.containment.places import system
from sekisho.executors.containment.powers import drop_powers, hide_memory, may_switch
from sekisho.executors.containment.threads import apart
from sekisho.ports.containment import Bounds, Terms, Uncontained

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="all of it is Linux's")
FREE = range(64_300, 64_310)
as_root = pytest.mark.skipif(not may_switch(), reason="only root may start others' processes")
needs_landlock = pytest.mark.skipif(abi() == 0, reason="this kernel has no Landlock")


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder that other accounts get to, as pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="held-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_an_account_is_ours_until_it_is_given_back(root: Path):
    numbers = range(64_320, 64_322)
    first, second = take(numbers, root / "locks"), take(numbers, root / "locks")
    assert first
    assert second
    assert {first.number, second.number} == set(numbers)
    assert take(numbers, root / "locks") is None
    first.give_back()
    again = take(numbers, root / "locks")
    assert again
    assert again.number == first.number
    for account in (second, again):
        account.give_back()


def test_an_account_that_somebody_has_is_not_taken(root: Path):
    assert take(range(1), root / "locks") is None  # root
    assert take(range(os.geteuid(), os.geteuid() + 1), root / "locks") is None


@as_root
def test_an_account_with_processes_of_a_server_that_died_is_left_alone(root: Path):
    with subprocess.Popen(["sleep", "60"], user=64_330, group=64_330, extra_groups=()) as orphan:
        try:
            assert take(range(64_330, 64_331), root / "locks") is None
        finally:
            orphan.kill()
    account = take(range(64_330, 64_331), root / "locks")
    assert account
    account.give_back()


@as_root
def test_all_that_runs_as_an_account_is_killed_at_one_blow(root: Path):
    account = take(range(64_331, 64_332), root / "locks")
    assert account
    script = "for i in 1 2 3 4 5; do setsid sleep 60 & done; echo; wait"
    with subprocess.Popen(
        ["sh", "-c", script], user=64_331, group=64_331, extra_groups=(), stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.readline()
        assert len(account.processes()) >= 2
        account.kill()
    assert account.processes() == []
    account.give_back()


def test_folders_are_passed_where_all_may_pass(root: Path):
    (root / "a" / "b").mkdir(parents=True)
    assert passable(root / "a" / "b")
    (root / "a").chmod(0o700)
    assert not passable(root / "a" / "b")
    (root / "a").chmod(0o710)
    assert not passable(root / "a" / "b", os.getegid() + 1)
    assert passable(root / "a" / "b", (root / "a").stat().st_gid)
    assert not passable(root / "gone")


def test_what_holds_is_found_out():
    found = find(Wanted())
    assert found == Levels(abi(), may_switch(), program())
    assert not find(Wanted(accounts=range(0))).accounts
    assert not find(Wanted(accounts=range(64_000, 64_001))).accounts  # the first is the group


def test_only_root_with_its_powers_may_switch():
    if os.geteuid() != 0:
        assert not may_switch()
        return
    assert may_switch()
    script = (
        "import os; os.setuid(64_340)\n"
        "from sekisho.executors.containment.powers import may_switch\n"
        "print(may_switch())"
    )
    done = subprocess.run(
        [sys.executable, "-c", "import sekisho.executors.containment.powers\n" + script],
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "False"


def status(of: str, field: str) -> str:
    text = Path("/proc", of, "status").read_text("utf-8")
    return text.partition(f"\n{field}:")[2].split()[0]


def test_powers_are_dropped_by_what_a_thread_starts_and_by_nobody_else():
    def started() -> str:
        drop_powers()
        done = subprocess.run(
            ["grep", "-E", "^Cap(Bnd|Prm|Amb):", "/proc/self/status"],
            capture_output=True, encoding="utf-8", check=True,
        )  # fmt: skip
        return done.stdout

    mine = status("self", "CapBnd")
    said = apart(started)
    assert "CapAmb:\t0000000000000000" in said
    assert "CapPrm:\t0000000000000000" in said
    if may_switch():
        assert "CapBnd:\t0000000000000000" in said
    assert status("self", "CapBnd") == mine


def test_a_server_that_hides_its_memory_is_not_read_by_its_own_account():
    script = (
        "from sekisho.executors.containment.powers import hide_memory\n"
        "import sys; hidden = len(sys.argv) < 2 and hide_memory()\n"
        "print(hidden, flush=True); sys.stdin.read()"
    )
    for words, hidden in (([], True), (["no"], False)):
        with subprocess.Popen(
            [sys.executable, "-c", script, *words], stdin=-1, stdout=-1, encoding="utf-8"
        ) as server:
            assert server.stdin
            assert server.stdout
            assert server.stdout.readline().strip() == str(hidden)
            owner = Path("/proc", str(server.pid), "environ").stat().st_uid
            assert owner == (0 if hidden else os.geteuid())
            if os.geteuid() != 0 and hidden:
                with pytest.raises(PermissionError):
                    Path("/proc", str(server.pid), "environ").read_bytes()
            server.stdin.close()


def test_hiding_is_said_to_be_so_only_where_it_is():
    # In a child: this process goes on being looked at by tests.
    script = "from sekisho.executors.containment import hide_memory; print(hide_memory())"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == "True"
    assert hide_memory.__doc__


def test_of_the_system_only_what_is_there_and_harmless_is_named():
    places = dict(system())
    assert all(path.exists() for path in places)
    named = {str(path) for path in places}
    assert "/usr" in named
    assert not named & {"/", "/proc", "/etc", "/home", "/tmp", "/run", "/var", "/dev"}
    assert not {"/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/ssh"} & named


def test_a_thread_apart_gives_back_what_it_made_and_what_it_raised():
    assert apart(lambda: 5) == 5
    with pytest.raises(ValueError, match="inside"):
        apart(lambda: int("inside"))


# --- tenancies ----------------------------------------------------------------------------------


def contained(root: Path, accounts: range = FREE) -> LocalContainment:
    return LocalContainment.found(Wanted(accounts=accounts, limits=Limits(file=1 << 20)), root)


def told(terms: Terms, *words: str) -> str:
    done = subprocess.run(
        [*terms.prefix, *words],
        user=terms.account,
        group=terms.account,
        extra_groups=None if terms.account is None else terms.groups,
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd="/",
    )
    return done.stdout


def test_without_an_account_files_stay_whose_they_are(root: Path):
    (root / "a").mkdir(mode=0o700)
    (root / "a" / "f").touch(0o600)
    tenancy = contained(root, range(0)).tenancy(root / "a")
    before = (root / "a" / "f").stat()
    tenancy.own(root / "a")
    tenancy.own_all(root / "a")
    tenancy.show(root / "a", root / "a" / "f")
    tenancy.take_back(root / "a")
    after = (root / "a" / "f").stat()
    assert (after.st_uid, after.st_mode) == (before.st_uid, before.st_mode)
    assert tenancy.spawn(lambda terms: told(terms, "id", "-u"), Bounds()).strip() == str(
        os.geteuid()
    )
    tenancy.clear()
    tenancy.leave()


@as_root
def test_with_an_account_files_are_given_shown_and_taken_back(root: Path):
    work = root / "data" / "work"
    work.mkdir(parents=True)
    root.joinpath("data").chmod(0o700)
    (work / "own").mkdir(mode=0o700)
    (work / "shown").touch(0o600)
    (work / "secret").touch(0o600)
    (work / "elsewhere").write_text("linked", encoding="utf-8")
    os.link(work / "elsewhere", work / "own" / "linked")
    (work / "own" / "out").symlink_to(work / "secret")
    tenancy = contained(root / "data").tenancy(work)
    try:
        tenancy.show(work, work / "shown")
        tenancy.own_all(work / "own")
        uid = int(tenancy.spawn(lambda t: told(t, "id", "-u"), Bounds((work,))))
        assert uid in FREE[1:]
        assert (work / "own").stat().st_uid == uid
        assert (work / "own" / "linked").stat().st_uid == 0  # others have it too
        assert (work / "secret").stat().st_uid == 0  # the link was given, not what it names
        assert (work / "own" / "out").lstat().st_uid == uid
        assert stat.S_IMODE((work / "shown").stat().st_mode) == 0o640

        def read(name: str) -> str:
            script = f"cat {work / name} >/dev/null 2>&1 && echo yes"
            return tenancy.spawn(
                lambda t: told(t, "sh", "-c", script), Bounds((work,), (work / "own",))
            ).strip()

        assert [read(n) for n in ("shown", "secret", "own/linked", "own/out")] == [
            "yes", "", "yes", "",
        ]  # fmt: skip
        tenancy.take_back(work / "own")
        assert (work / "own").stat().st_uid == 0
    finally:
        tenancy.leave()
    assert (root / "data").stat().st_mode & 0o777 == 0o710  # to be passed, not looked into


@as_root
def test_two_working_directories_do_not_read_each_other_even_without_landlock(root: Path):
    wanted = Wanted(accounts=FREE)
    made = LocalContainment(Levels(0, accounts=True, tool=""), wanted, root)
    for name in ("a", "b"):
        (root / name).mkdir(mode=0o700)
    one, other = made.tenancy(root / "a"), made.tenancy(root / "b")
    try:
        one.own(root / "a")
        other.own(root / "b")
        listed = f"ls {root / 'b'} >/dev/null 2>&1 && echo yes"
        assert one.spawn(lambda t: told(t, "sh", "-c", listed), Bounds()) == ""
        assert other.spawn(lambda t: told(t, "sh", "-c", listed), Bounds()).strip() == "yes"
    finally:
        one.leave()
        other.leave()


def test_what_holds_is_said_in_words_that_stay(root: Path):
    (root / "a").mkdir()
    made = LocalContainment(Levels(6, accounts=False, tool="prlimit"), Wanted(), root)
    assert made.tenancy(root / "a").held == "landlock-6 limits"
    made = LocalContainment(Levels(0, accounts=False, tool=""), Wanted(), root)
    assert made.tenancy(root / "a").held == "none"
    assert Uncontained().tenancy(root).held == "none"
    if may_switch():
        made = LocalContainment(Levels(4, accounts=True, tool=""), Wanted(accounts=FREE), root)
        tenancy = made.tenancy(root / "a")
        assert tenancy.held == "landlock-4 account"
        tenancy.leave()


@as_root
def test_where_every_account_is_taken_nothing_is_started(root: Path):
    made = contained(root, range(64_350, 64_352))
    (root / "a").mkdir()
    first = made.tenancy(root / "a")
    with pytest.raises(RuntimeError, match="every account"):
        made.tenancy(root / "a")
    first.leave()
    made.tenancy(root / "a").leave()


@as_root
def test_where_others_cannot_pass_there_is_no_account_and_it_is_said_why(root: Path):
    (root / "closed" / "data" / "work").mkdir(parents=True)
    (root / "closed").chmod(0o700)
    made = contained(root / "closed" / "data")
    why = made.why_not(root / "closed" / "data" / "work")
    assert str(root / "closed") in why
    tenancy = made.tenancy(root / "closed" / "data" / "work")
    assert tenancy.spawn(lambda t: told(t, "id", "-u"), Bounds()).strip() == "0"
    (root / "closed").chmod(0o755)
    assert made.why_not(root / "closed" / "data" / "work") == ""
    assert "cannot pass" in made.why_not(root / "closed", (Path("/gone/x"),))


@needs_landlock
def test_where_the_kernel_refuses_nothing_is_started(root: Path):
    levels = Levels(abi(), accounts=False, tool=program())
    # A port that is none: the kernel takes no such rule.
    made = LocalContainment(levels, Wanted(accounts=range(0), ports=(1 << 20,)), root)
    started: list[Terms] = []
    if abi() >= 4:
        with pytest.raises(RuntimeError, match="could not be put on"):
            made.tenancy(root).spawn(started.append, Bounds())
        assert started == []


def test_who_is_not_contained_runs_as_the_server_with_nothing_before_it(root: Path):
    tenancy = Uncontained().tenancy(root)
    assert tenancy.spawn(lambda terms: terms, Bounds()) == Terms()
    tenancy.own(root)
    tenancy.own_all(root)
    tenancy.show(root)
    tenancy.take_back(root)
    tenancy.started(1)
    tenancy.clear()
    tenancy.leave()
    assert root.stat().st_uid == os.geteuid()


HIDDEN = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name in {"fcntl", "pwd", "grp", "resource", "termios"}:
            raise ImportError(name + " is not on this system")
for name in ("fcntl", "pwd", "grp", "resource", "termios"):
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Hidden())
import sekisho.terraform, sekisho.app
from sekisho.executors.containment import Wanted, find
print(find(Wanted(accounts=range(0))).accounts)
"""


def test_it_is_there_without_the_modules_of_unix():
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "False"
