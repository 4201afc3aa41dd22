"""What is going to be sent: names, sizes, digests, and the rules of the server, checked before.

The rules are those of the server (its `domain/configurations.py`), written again because the
client stands alone; a test tries every kind of name on both.
"""

import dataclasses
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from sekisho_client.texts import Words


@dataclasses.dataclass(frozen=True)
class Caps:
    """What a push may hold: the server's own figures, unless it says others."""

    packed_bytes: int = 50 * 1024 * 1024
    unpacked_bytes: int = 200 * 1024 * 1024
    files: int = 10_000
    depth: int = 32
    path_bytes: int = 1024
    name_bytes: int = 255

    @staticmethod
    def of(told: Mapping[str, Any]) -> "Caps":
        """Take the server's word for them; what it does not say stays as it is here."""
        names = (field.name for field in dataclasses.fields(Caps))
        return Caps(**{n: told[n] for n in names if isinstance(told.get(n), int)})


@dataclasses.dataclass(frozen=True)
class File:
    """One file: its path as it is sent (POSIX, NFC), size, content digest, mode."""

    path: str
    size: int
    sha256: str
    executable: bool = False


def in_order(files: Iterable[File]) -> tuple[File, ...]:
    """Put files in their one order."""
    return tuple(sorted(files, key=lambda file: file.path.encode()))


def digest(files: Iterable[File]) -> str:
    """Return the digest that the server will give for exactly these files."""
    whole = hashlib.sha256()
    for f in in_order(files):
        whole.update(f"{f.path}\0{int(f.executable)}\0{f.size}\0{f.sha256}\n".encode())
    return f"sha256:{whole.hexdigest()}"


REASONS: dict[str, Words] = {
    "ignored": Words("excluded by .terraformignore", ".terraformignore で除外"),
    "litter": Words("litter of editors and systems", "エディターや OS の不要ファイル"),
    "state": Words("state holds secrets", "状態ファイル（機密を含む）"),
    "plan": Words("plan files hold secrets", "計画ファイル（機密を含む）"),
    "credentials": Words("credentials never travel", "資格情報は送信しない"),
    "keys": Words("keys never travel", "鍵は送信しない"),
    "terraform": Words("what an earlier init left", "以前の init の生成物"),
    "operator": Words("the operator's to set", "運用担当者が設定するもの"),
    "history": Words("version control", "バージョン管理のデータ"),
    "override": Words("would replace the backend", "バックエンドを置き換えるファイル"),
    "gone": Words("in Git, but deleted here", "Git にあるが削除済み"),
}
"""Why something stays behind, for people."""

_NEVER = {
    ".terraform": "terraform",
    "terraform.d": "operator",
    ".terraform.d": "operator",
    ".terraformrc": "operator",
    "terraform.rc": "operator",
    ".terragrunt-cache": "terraform",
    ".git": "history",
    ".hg": "history",
    ".svn": "history",
    ".aws": "credentials",
    ".ssh": "credentials",
    ".netrc": "credentials",
    ".git-credentials": "credentials",
}
_ENDINGS = {
    ".tfplan": "plan",
    ".tfrc": "operator",
    ".tfrc.json": "credentials",
    ".pem": "keys",
    ".key": "keys",
    ".p12": "keys",
    ".pfx": "keys",
    ".ppk": "keys",
}
_KEY_NAME = re.compile(r"id_(rsa|dsa|ecdsa|ed25519)(_sk)?(\.(?!pub$|tf$|tf\.json$).*)?")
_OURS = "zzzz_sekisho_override.tf"
_OVERRIDES = ("override.tf", "override.tf.json", "override.tofu", "override.tofu.json")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def refused(path: str) -> str | None:
    """Say why a path never travels, as a key of `REASONS`; None where it may."""
    reasons = (_refused_name(part) for part in path.casefold().split("/"))
    found = next(filter(None, reasons), None)
    if found:
        return found
    name = path.rpartition("/")[2]
    last = name >= _OURS and name.casefold().endswith(_OVERRIDES)
    return "override" if last else None


def _refused_name(name: str) -> str | None:
    if ".tfstate" in name:
        return "state"
    if name.startswith(".env"):
        return "credentials"
    if _KEY_NAME.fullmatch(name):
        return "keys"
    endings = (why for ending, why in _ENDINGS.items() if name.endswith(ending))
    return _NEVER.get(name) or next(endings, None)


def litter(path: str) -> bool:
    """Say whether a path is what editors and systems leave behind."""
    name = path.rpartition("/")[2]
    return name.startswith(("._", ".#")) or name == ".DS_Store"


def path_problem(path: str, caps: Caps) -> Words | None:
    """Say why the server would not take a path (POSIX, NFC), or None."""
    parts = path.split("/")
    if any(unicodedata.category(c) in _UNSEEN for c in path):
        return Words("invisible or broken characters in the name", "名前に不可視または不正な文字")
    if "\\" in path or path[1:2] == ":" or any(p in ("", ".", "..") for p in parts):
        return Words(
            "a name that other systems read as another path", "他の OS で別の意味になる名前"
        )
    if len(parts) > caps.depth or len(path.encode()) > caps.path_bytes:
        return Words("too deep or too long a path", "パスが深すぎる、または長すぎる")
    if any(len(part.encode()) > caps.name_bytes for part in parts):
        return Words("too long a name", "名前が長すぎる")
    return None


def clashes(paths: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs that no system can hold side by side, or only some: differing by case alone."""
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    found: list[tuple[str, str]] = []
    for path in paths:
        parts = path.split("/")
        above = ["/".join(parts[:depth]) for depth in range(1, len(parts))]
        twin = files.get(_folded(path)) or folders.get(_folded(path))
        for folder in above:
            other = folders.setdefault(_folded(folder), folder)
            twin = twin or files.get(_folded(folder)) or (other if other != folder else None)
        if twin:
            found.append((twin, path))
        files.setdefault(_folded(path), path)
    return found


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path.casefold())


def is_terraform(path: str) -> bool:
    """Say whether Terraform would read this file in its folder."""
    name = path.rpartition("/")[2]
    return not name.startswith(".") and name.endswith((".tf", ".tf.json"))


def largest(files: Iterable[File], count: int = 5) -> list[File]:
    """Return the largest files, largest first."""
    return sorted(files, key=lambda file: (-file.size, file.path))[:count]
