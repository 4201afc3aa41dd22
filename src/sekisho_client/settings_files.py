"""Changing a settings file of an IDE: shown first, backed up, written whole or not at all."""

import contextlib
import dataclasses
import difflib
import os
import re
import stat
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from sekisho_client.errors import ClientError, failure
from sekisho_client.jsonc import JsoncError

_LARGEST = 4 * 1024 * 1024
_BACKUPS = 1000
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"(?P<key>\s*:)?')
_ADDRESS = re.compile(r'"https?://[^"@?#]*"')


@dataclasses.dataclass(frozen=True)
class Change:
    """A file as it is (`before` None: there is none yet), and as it shall be."""

    path: Path
    before: str | None
    after: str

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return self.before == self.after

    def diff(self, ours: Collection[str] = ()) -> str:
        """Show what changes; strings that are neither addresses nor `ours` may be secrets."""
        shown = [f'"{text}"' for text in ours]

        def masked(found: re.Match[str]) -> str:
            known = found["key"] or found[0] in shown or _ADDRESS.fullmatch(found[0])
            return found[0] if known else '"…"'

        lines = difflib.unified_diff(
            (self.before or "").splitlines(),
            self.after.splitlines(),
            str(self.path),
            str(self.path),
            n=1,
            lineterm="",
        )
        names = ("--- ", "+++ ")
        shown_lines = (x if x.startswith(names) else _STRING.sub(masked, x) for x in lines)
        return "\n".join(shown_lines)


def plan_change(path: Path, edit: Callable[[str], str]) -> Change:
    """Read a file, and work out what it shall be. Writes nothing.

    Raises:
        ClientError: it cannot be read, is broken, or cannot be edited without doubt.
    """
    before = read(path)
    try:
        after = edit(before or "")
    except JsoncError as error:
        where = f"{path}:{error.line}" if error.line else str(path)
        raise failure("client_file_broken", place=where, problem=error.problem) from None
    return Change(path, before, after)


def read(path: Path) -> str | None:
    """Return the text of a file with its line ends as they are; None where there is none.

    Raises:
        ClientError: it cannot be read as a text of reasonable size.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise _unusable(path, "it is larger than 4 MB")
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        if path.is_symlink():
            raise _unusable(path, "it is a link to nothing") from None
        return None
    except UnicodeDecodeError:
        raise _unusable(path, "it is not UTF-8") from None
    except OSError as error:
        raise _unusable(path, error.strerror or "it cannot be read") from None


def save(change: Change) -> Path | None:
    """Write the change, and return where the file as it was is kept (None: there was none).

    A link stays a link: the file behind it is changed. The mode of the file stays.

    Raises:
        ClientError: it cannot be written, or somebody else changed it meanwhile.
    """
    try:
        path = change.path.resolve()
        if read(path) != change.before:
            raise _unusable(change.path, "it was changed by somebody else just now")
        if change.before is not None and not path.stat().st_mode & stat.S_IWUSR:
            raise _unusable(change.path, "it is read-only")
        path.parent.mkdir(parents=True, exist_ok=True)
        backup = _back_up(path, change.before) if change.before is not None else None
        _replace(path, change.after, backup)
    except (OSError, RuntimeError) as error:  # RuntimeError: a circle of links
        raise _unusable(change.path, getattr(error, "strerror", "") or "bad link") from None
    return backup


def _back_up(path: Path, text: str) -> Path:
    """Keep the file as it was, under a name that is free or holds just this already."""
    raw = text.encode()
    for number in range(_BACKUPS):
        backup = path.with_name(f"{path.name}.bak{number or ''}")
        try:
            handle = os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            if backup.read_bytes() == raw:
                return backup
            continue
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
        return backup
    raise _unusable(path, f"there are {_BACKUPS} backups of it already")


def _replace(path: Path, text: str, old: Path | None) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        fresh.chmod(stat.S_IMODE(path.stat().st_mode) if old else 0o600)
        fresh.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise


def _unusable(path: Path, why: str) -> ClientError:
    return failure("client_file_unusable", path=path, problem=why)
