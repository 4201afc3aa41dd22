"""An offer: everything that is known of a folder before any of it is sent."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from sekisho_client import secrets
from sekisho_client.errors import failure
from sekisho_client.manifests import (
    Caps,
    File,
    clashes,
    digest,
    is_terraform,
    path_problem,
)
from sekisho_client.packs import Content, hashed, packed_size
from sekisho_client.selection import Selection, select
from sekisho_client.terminal import Terminal
from sekisho_client.texts import Words, shown, size_shown
from sekisho_client.worktree import Entry

_TOLD = 10


@dataclasses.dataclass
class Offer:
    """What is to be sent, and what stays behind (reason → paths)."""

    contents: list[Content]
    left: dict[str, list[str]]
    digest: str = ""
    findings: list[secrets.Finding] = dataclasses.field(default_factory=list[secrets.Finding])

    @property
    def files(self) -> list[File]:
        """The files of the manifest."""
        return [content.file for content in self.contents]

    @property
    def size(self) -> int:
        """Bytes of all of them."""
        return sum(content.file.size for content in self.contents)


def make_offer(
    folder: Path, environment: Mapping[str, str], caps: Caps, terminal: Terminal
) -> Offer:
    """Choose, check, read and scan. Raises ClientError."""
    selection = select(folder, environment)
    _tell(selection, terminal)
    _check_odd(selection.odd)
    _check_names([entry.name for entry in selection.chosen], caps)
    _check_sizes(selection.chosen, caps)
    offer = Offer([], selection.left)
    for done, entry in enumerate(selection.chosen):
        terminal.progress(done, len(selection.chosen), shown(entry.name))
        _read(entry, offer)
    offer.digest = digest(offer.files)
    _check_packed(offer, caps)
    return offer


def _read(entry: Entry, offer: Offer) -> None:
    try:
        size, sha256, content = hashed(entry.place, secrets.LONGEST)
    except OSError:
        raise failure("file_changed", path=entry.name) from None
    offer.contents.append(Content(File(entry.name, size, sha256, entry.executable), entry.place))
    offer.findings += secrets.scan(entry.name, content)


def _tell(selection: Selection, terminal: Terminal) -> None:
    """Tell what is surprising about the folder, and refuses nothing."""
    if selection.listing.git_missing:
        terminal.warn(
            "Git is not on PATH: what .gitignore excludes is sent too.",
            "Git が見つからないため、.gitignore の除外は反映されません。",
        )
    for name in selection.listing.unchecked[:_TOLD]:
        terminal.warn(
            f"{shown(name)} is a submodule that is not checked out: git submodule update --init",
            f"サブモジュール {shown(name)} が未取得です: git submodule update --init",
        )
    for rule in selection.idle[:_TOLD]:
        written = shown(rule.written)
        terminal.warn(
            f".terraformignore:{rule.line}: {written} names a folder and excludes nothing in it; "
            f"write {written}/",
            f".terraformignore:{rule.line}: {written} はフォルダー名ですが、中身は除外されません。"
            f"{written}/ と書いてください。",
        )


def _check_odd(odd: list[Entry]) -> None:
    if not odd:
        return
    raise failure("link_refused", names=_listed([entry.name for entry in odd]))


def _check_names(names: list[str], caps: Caps) -> None:
    if not any(map(is_terraform, names)):  # in which folder it must be, the server knows
        raise failure("configuration_empty", count=len(names))
    if len(names) > caps.files:
        size = Words(f"{len(names)} files", f"{len(names)} ファイル")
        raise failure("upload_too_large", size=size, cap=caps.files)
    problems = [(name, said) for name in names if (said := path_problem(name, caps))]
    for name, said in problems[:1]:
        raise failure("name_refused", name=name, problem=said)
    pairs = clashes(names)
    if pairs:
        listed = _listed([f"{one} / {other}" for one, other in pairs])
        raise failure("names_clash", names=listed)


def _check_sizes(chosen: list[Entry], caps: Caps) -> None:
    """Look at sizes before anything is read: somebody named a folder of disk images."""
    try:
        size = sum(entry.place.lstat().st_size for entry in chosen)
    except OSError as error:
        raise failure("file_changed", path=error.filename) from None
    if size > caps.unpacked_bytes:
        cap = size_shown(caps.unpacked_bytes)
        raise failure("upload_too_large", size=size_shown(size), cap=cap)


def _check_packed(offer: Offer, caps: Caps) -> None:
    once = {content.file.sha256: content for content in offer.contents}.values()
    if sum(content.file.size for content in once) <= caps.packed_bytes:
        return
    try:
        size = packed_size(once, caps.packed_bytes)
    except OSError as error:
        raise failure("file_changed", path=error.filename) from None
    if size > caps.packed_bytes:
        cap = size_shown(caps.packed_bytes)
        packed = Words(f"more than {cap} packed", f"圧縮後 {cap} 超")
        raise failure("upload_too_large", size=packed, cap=cap)


def _listed(names: list[str]) -> str:
    more = len(names) - _TOLD
    told = ", ".join(names[:_TOLD])
    return f"{told}, … (+{more})" if more > 0 else told
