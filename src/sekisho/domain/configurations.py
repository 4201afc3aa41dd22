"""A configuration: an immutable, content-addressed snapshot of Terraform files."""

import dataclasses
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime

from sekisho.domain.callers import Caller
from sekisho.domain.errors import (
    ArchiveInvalid,
    ConfigurationEmpty,
    ConfigurationInvalid,
    UploadTooLarge,
)
from sekisho.domain.git import GitCommit


@dataclasses.dataclass(frozen=True)
class Limits:
    """Caps on what a caller may send; figures from facts `people` and `threats`."""

    inline_bytes: int = 256 * 1024
    packed_bytes: int = 50 * 1024 * 1024
    unpacked_bytes: int = 200 * 1024 * 1024
    files: int = 10_000
    depth: int = 32
    path_bytes: int = 1024
    name_bytes: int = 255
    header_bytes: int = 64 * 1024
    """Longest extended header (PAX, GNU long name) of one entry of an archive."""
    ratio: int = 200
    """Unpacked bytes per packed byte, once an archive has grown past `ratio_from` bytes."""
    ratio_from: int = 16 * 1024 * 1024


@dataclasses.dataclass(frozen=True)
class File:
    """One regular file: POSIX path relative to the root (NFC), size, content digest, mode."""

    path: str
    size: int
    sha256: str
    executable: bool = False


@dataclasses.dataclass(frozen=True)
class Manifest:
    """Every file of a configuration, by path; the digest names the content and nothing else."""

    files: tuple[File, ...]

    @staticmethod
    def of(files: Iterable[File]) -> "Manifest":
        """Put files in their one order."""
        return Manifest(tuple(sorted(files, key=lambda f: f.path.encode())))

    @property
    def size(self) -> int:
        """Bytes, unpacked."""
        return sum(f.size for f in self.files)

    @property
    def digest(self) -> str:
        """`sha256:…` over every path, mode and content; equal however the files arrived."""
        whole = hashlib.sha256()
        for f in self.files:
            whole.update(f"{f.path}\0{int(f.executable)}\0{f.size}\0{f.sha256}\n".encode())
        return f"sha256:{whole.hexdigest()}"


@dataclasses.dataclass(frozen=True)
class Configuration:
    """A stored configuration: where it came from is told apart from what it is (the digest)."""

    digest: str
    source: str
    files: int
    size: int
    created_at: datetime
    created_by: Caller
    commit: GitCommit | None = None


@dataclasses.dataclass(frozen=True)
class Upload:
    """A single-use address: `key_digest` is the SHA-256 of the secret part of its URL."""

    key_digest: str
    workspace: str
    caller: Caller
    expires_at: datetime
    configuration: str | None = None


OVERRIDE_FILE = "zzzz_sekisho_override.tf"
"""Terraform merges override files in name order; ours is last, so its backend block wins."""

_NEVER = {
    ".terraform": "what an earlier init left runs as code",
    "terraform.d": "providers are the operator's",
    ".terraform.d": "providers are the operator's",
    ".terraformrc": "CLI configuration is the operator's",
    "terraform.rc": "CLI configuration is the operator's",
    ".terragrunt-cache": "copies of other configurations",
    ".git": "version control is not part of a configuration",
    ".hg": "version control is not part of a configuration",
    ".svn": "version control is not part of a configuration",
    ".aws": "credentials never travel",
    ".ssh": "credentials never travel",
    ".netrc": "credentials never travel",
    ".git-credentials": "credentials never travel",
}
_NEVER_ENDINGS = {
    ".tfplan": "plan files hold secrets and never travel",
    ".tfrc": "CLI configuration is the operator's",
    ".tfrc.json": "credentials never travel",
    ".pem": "keys never travel",
    ".key": "keys never travel",
    ".p12": "keys never travel",
    ".pfx": "keys never travel",
    ".ppk": "keys never travel",
}
_KEY_NAME = re.compile(r"id_(rsa|dsa|ecdsa|ed25519)(_sk)?(\.(?!pub$|tf$|tf\.json$).*)?")
_OVERRIDES = ("override.tf", "override.tf.json", "override.tofu", "override.tofu.json")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that people cannot see, or that some file systems drop from names."""


def checked_path(path: str, limits: Limits) -> str:
    """Return `path` in its one form: relative, POSIX, NFC.

    Raises:
        ArchiveInvalid: absolute, climbing, or with characters that cannot be seen.
        UploadTooLarge: too deep or too long.
    """
    if len(path) > limits.path_bytes:
        raise UploadTooLarge(problem=f"a path longer than {limits.path_bytes} bytes")
    name = unicodedata.normalize("NFC", path)
    parts = [p for p in name.split("/") if p not in ("", ".")]
    problem = _path_problem(name, parts)
    if problem:
        raise ArchiveInvalid(problem=f"{problem}: {path!r}")
    if len(parts) > limits.depth or len(name.encode()) > limits.path_bytes:
        raise UploadTooLarge(
            problem=f"a path deeper than {limits.depth} or longer than {limits.path_bytes} bytes"
        )
    if any(len(p.encode()) > limits.name_bytes for p in parts):
        raise UploadTooLarge(problem=f"a name longer than {limits.name_bytes} bytes")
    return "/".join(parts)


def _path_problem(name: str, parts: list[str]) -> str | None:
    if not parts:
        return "empty path"
    if name.startswith("/") or "\\" in name or (len(name) > 1 and name[1] == ":"):
        return "absolute or Windows path"
    if ".." in parts:
        return "path leaves the folder"
    if any(unicodedata.category(c) in _UNSEEN for c in name):
        return "control, invisible or broken characters in a name"
    return None


def refused(path: str) -> str | None:
    """Say why a file or folder of this checked path never belongs to a configuration, or None.

    Each of these names makes Terraform run or trust what the caller sent (facts `terraform`), or
    holds secrets or state that must not travel. What is sent with such a name is refused; a
    folder that the server reads itself leaves it out.
    """
    reasons = (_refused_name(part) for part in path.casefold().split("/"))
    return next(filter(None, reasons), None) or _refused_override(path)


def _refused_name(name: str) -> str | None:
    if ".tfstate" in name:
        return "state holds secrets and never travels"
    if name.startswith(".env"):
        return "credentials never travel"
    if _KEY_NAME.fullmatch(name):
        return "keys never travel"
    endings = (why for ending, why in _NEVER_ENDINGS.items() if name.endswith(ending))
    return _NEVER.get(name) or next(endings, None)


def _refused_override(path: str) -> str | None:
    # In any folder: a workspace may work in one.
    name = path.rpartition("/")[2]
    if name >= OVERRIDE_FILE and name.casefold().endswith(_OVERRIDES):
        return f"an override file that sorts after {OVERRIDE_FILE} would replace the backend"
    return None


def ignored(path: str) -> bool:
    """Say whether a file of this path is litter that is left out, however it arrives.

    macOS puts `._NAME` (AppleDouble) and `.DS_Store` into archives, Emacs locks files with a link
    `.#NAME`. Terraform reads none of them.
    """
    name = path.rpartition("/")[2]
    return name.startswith(("._", ".#")) or name == ".DS_Store"


def is_terraform(path: str, directory: str = "") -> bool:
    """Say whether Terraform reads this file where it works in `directory` (empty: the root)."""
    inside, _, name = path.rpartition("/")
    return inside == directory and not name.startswith(".") and name.endswith((".tf", ".tf.json"))


def check_place(manifest: Manifest, directory: str) -> None:
    """Check that there is something for Terraform where a workspace works.

    Raises:
        ConfigurationEmpty: not at the root, where it works.
        ConfigurationInvalid: not in the folder where it works.
    """
    if any(is_terraform(f.path, directory) for f in manifest.files):
        return
    if not directory:
        raise ConfigurationEmpty(count=len(manifest.files))
    problem = f"there is no .tf or .tf.json file in {directory!r}, where this workspace works"
    raise ConfigurationInvalid(problem=f"{problem}; send the folder that holds {directory!r}")


def check_manifest(manifest: Manifest, limits: Limits) -> None:
    """Check what can only be seen over all files.

    Raises:
        ArchiveInvalid: a path twice, two that differ only by case, a file that is also a folder.
        ConfigurationEmpty: no Terraform file in any folder.
        UploadTooLarge: more files or bytes than the caps.
    """
    if len(manifest.files) > limits.files:
        raise UploadTooLarge(problem=f"more than {limits.files} files")
    if manifest.size > limits.unpacked_bytes:
        raise UploadTooLarge(problem=f"more than {limits.unpacked_bytes} bytes unpacked")
    names = Names()
    for f in manifest.files:
        names.add(f.path)
    if not any(is_terraform(f.path, f.path.rpartition("/")[0]) for f in manifest.files):
        raise ConfigurationEmpty(count=len(manifest.files))


class Names:
    """The paths of one configuration: each once, told apart by more than case."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._folders: dict[str, str] = {}

    def add(self, path: str, *, folder: bool = False) -> None:
        """Take a checked path; a folder may be named many times.

        Raises:
            ArchiveInvalid: the path is there already, differs only by case from another one, or
                is both a file and a folder.
        """
        parts = path.split("/")
        for depth in range(1, len(parts) + folder):
            self._add_folder("/".join(parts[:depth]))
        if folder:
            return
        folded = unicodedata.normalize("NFC", path.casefold())
        if folded in self._folders:
            raise ArchiveInvalid(problem=f"{path!r} is both a file and a folder")
        if folded in self._files:
            twin = self._files[folded]
            how = "is there twice" if twin == path else f"and {twin!r} differ only by case"
            raise ArchiveInvalid(problem=f"{path!r} {how}")
        self._files[folded] = path

    def _add_folder(self, path: str) -> None:
        folded = unicodedata.normalize("NFC", path.casefold())
        if folded in self._files:
            raise ArchiveInvalid(problem=f"{path!r} is both a file and a folder")
        twin = self._folders.setdefault(folded, path)
        if twin != path:
            raise ArchiveInvalid(problem=f"{twin!r} and {path!r} differ only by case")
