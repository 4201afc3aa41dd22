"""The rules about source that no linter of ours knows: each takes a tree and lists what breaks it.

A rule is `(root) -> list of complaints`. `test_rules.py` runs each one on this repository, which
must be clean, and on a small tree that breaks it, which must be reported.
"""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

MAX_LINES = 400
VAGUE_NAMES = frozenset(
    {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
)
MAY_START_PROCESSES = ("terraform", "sources", "children", "scanners", "policies", "executors")
ASKS_GIT = "sekisho_client/worktree.py"
"""What a work tree holds, Git alone knows: the one module of the client that starts a process."""
STARTS_PROCESSES = re.compile(
    r"^(subprocess|pty|multiprocessing|_posixsubprocess)(\.|$)"
    r"|^os\.(system|popen|fork|forkpty|exec\w+|spawn\w+|posix_spawnp?)$"
    r"|^asyncio\.create_subprocess_\w+$"
    r"|^anyio\.(run_process|open_process)$"
)
READS_ENVIRONMENT = re.compile(r"^os\.(environb?|getenvb?|putenv|unsetenv)(\.|$)")
READS_CLOCK = re.compile(
    r"^datetime\.datetime\.(now|utcnow|today)$|^datetime\.date\.today$|^time\.time(_ns)?$"
)
MOCKS = re.compile(r"^(unittest\.mock|mock|pytest_mock)(\.|$)")
LINK = re.compile(r"https?://|^\s*(--(extra-)?index-url|--find-links|-i |-f )", re.MULTILINE)
# Spelled so that this file does not match itself.
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(work|root)/")
REGISTRY_HOST = re.compile(
    r"\b(pypi[.]org|(files[.])?pythonhosted[.]org|registry[.]npmjs[.]org|(deb|security)[.]debian[.]org)\b"
)
HEADING = re.compile(r"^(#{1,6}) ", re.MULTILINE)
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)

Rule = Callable[[Path], list[str]]


def long_files(root: Path) -> list[str]:
    """A source file fits in a reader's head."""
    return [
        f"{_name(root, path)}: {count} lines, at most {MAX_LINES}"
        for path in _python(root, "src")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    ]


def vague_names(root: Path) -> list[str]:
    """A file is named for a noun of the product, never for being left over."""
    return [
        f"{_name(root, path)}: a name that says nothing"
        for path in sorted((root / "src").rglob("*"))
        if path.stem.strip("_") in VAGUE_NAMES
    ]


def stray_processes(root: Path) -> list[str]:
    """Processes are started by the adapters that must, and by a client that asks Git."""
    allowed = [root / "src" / "sekisho" / name for name in MAY_START_PROCESSES]
    allowed.append(root / "src" / ASKS_GIT)
    return _uses(root, STARTS_PROCESSES, "starts a process", allowed)


def stray_environment(root: Path) -> list[str]:
    """The environment is read once, in settings/ (the laptop's client has its own)."""
    places = ("sekisho/settings", "sekisho_client/settings.py")
    allowed = [root / "src" / name for name in places]
    return _uses(root, READS_ENVIRONMENT, "reads the environment", allowed)


def stray_clock(root: Path) -> list[str]:
    """The time of day is asked of the clock port; only the wiring knows the real one."""
    return _uses(root, READS_CLOCK, "reads the clock", [root / "src" / "sekisho" / "app.py"])


def client_beyond_stdlib(root: Path) -> list[str]:
    """The laptop's part needs Python and nothing else."""
    known = sys.stdlib_module_names | {"sekisho_client"}
    return [
        f"{_name(root, path)}:{line}: imports {name}"
        for path in _python(root, "src/sekisho_client")
        for line, name in _imports_in(path, path.stat().st_mtime_ns)
        if name.partition(".")[0] not in known
    ]


UNIX_ONLY = frozenset(
    {"crypt", "fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
)


def client_unix_only(root: Path) -> list[str]:
    """The laptop's part runs on Windows: no module is imported that is not there."""
    return [
        f"{_name(root, path)}:{line}: imports {name}"
        for path in _python(root, "src/sekisho_client")
        for line, name in _imports_in(path, path.stat().st_mtime_ns)
        if name.partition(".")[0] in UNIX_ONLY
    ]


def mocks(root: Path) -> list[str]:
    """Fakes are products that pass the port's contract suite; nothing is mocked."""
    return [
        f"{_name(root, path)}:{line}: {name}"
        for folder in ("src", "tests")
        for path in _python(root, folder)
        for line, name in _imports_in(path, path.stat().st_mtime_ns)
        if MOCKS.match(name)
    ]


def loose_locks(root: Path) -> list[str]:
    """A lock file names versions and hashes, never a place to get them from."""
    complaints: list[str] = []
    for path in sorted((root / "requirements").glob("*.lock")):
        text = path.read_text(encoding="utf-8")
        if LINK.search(text):
            complaints.append(f"{_name(root, path)}: names an address")
        complaints += [
            f"{_name(root, path)}: {entry.split()[0]} has no hash"
            for entry in text.replace("\\\n", " ").splitlines()
            if "==" in entry and not entry.lstrip().startswith("#") and "--hash=" not in entry
        ]
    return complaints


def machine_traces(root: Path) -> list[str]:
    """What is committed knows neither its author's machine nor where packages came from."""
    complaints: list[str] = []
    for path in _tracked(root):
        try:
            text = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        complaints += [
            f"{_name(root, path)}:{number}: {found[0]}"
            for number, line in enumerate(text.splitlines(), start=1)
            for pattern in (MACHINE_PATH, REGISTRY_HOST)
            if (found := pattern.search(line))
        ]
    return complaints


def drifted_translations(root: Path) -> list[str]:
    """The Japanese pages are the English ones: the same files, the same order of headings."""
    pairs = [(root / "README.md", root / "README.ja.md")]
    english, japanese = root / "docs" / "en", root / "docs" / "ja"
    if english.is_dir() or japanese.is_dir():
        names = {
            path.relative_to(folder)
            for folder in (english, japanese)
            for path in folder.rglob("*.md")
        }
        pairs += [(english / name, japanese / name) for name in sorted(names)]
    complaints: list[str] = []
    for one, other in pairs:
        missing = [path for path in (one, other) if not path.exists()]
        complaints += [f"{_name(root, path)}: missing" for path in missing]
        if not missing and _outline(one) != _outline(other):
            complaints.append(f"{_name(root, other)}: other headings than {_name(root, one)}")
    return complaints


RULES: tuple[Rule, ...] = (
    long_files,
    vague_names,
    stray_processes,
    stray_environment,
    stray_clock,
    client_beyond_stdlib,
    client_unix_only,
    mocks,
    loose_locks,
    machine_traces,
    drifted_translations,
)


def _name(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _python(root: Path, folder: str) -> list[Path]:
    return sorted((root / folder).rglob("*.py"))


def _tracked(root: Path) -> list[Path]:
    """Committed files, and those that the next commit would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
    )
    return sorted(root / name for name in listed.stdout.decode().split("\0") if name)


def _outline(path: Path) -> list[int]:
    text = FENCED.sub("", path.read_text(encoding="utf-8"))
    return [len(found) for found in HEADING.findall(text)]


def _uses(root: Path, pattern: re.Pattern[str], what: str, allowed: list[Path]) -> list[str]:
    return [
        f"{_name(root, path)}:{line}: {name} {what}"
        for path in _python(root, "src")
        if not any(path.is_relative_to(place) for place in allowed)
        for line, name in _names_in(path, path.stat().st_mtime_ns)
        if pattern.match(name)
    ]


@functools.cache
def _names_in(path: Path, _changed: int) -> list[tuple[int, str]]:
    return sorted(set(_names(ast.parse(path.read_bytes()))))


@functools.cache
def _imports_in(path: Path, _changed: int) -> list[tuple[int, str]]:
    return list(_imports(ast.parse(path.read_bytes())))


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every import, as the full dotted name of what it brings in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every import and every dotted use of one, with aliases undone: `sp.run` is subprocess.run."""
    yield from _imports(tree)
    meaning: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            meaning |= {
                alias.asname or alias.name.partition(".")[0]: (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
                for alias in node.names
            }
        elif isinstance(node, ast.ImportFrom) and node.module:
            meaning |= {
                alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names
            }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (parts := _dotted(node)) and parts[0] in meaning:
            yield node.lineno, ".".join([meaning[parts[0]], *parts[1:]])


def _dotted(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Attribute) and (parts := _dotted(node.value)):
        return [*parts, node.attr]
    return []
