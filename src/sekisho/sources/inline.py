"""Inline files: small configurations that come with the call itself."""

from collections.abc import Mapping

from sekisho.domain.configurations import Limits, Names, checked_path, ignored, refused
from sekisho.domain.errors import ArchiveInvalid, ConfigurationInvalid, InlineTooLarge
from sekisho.ports import Snapshot
from sekisho.sources.snapshots import Spool


def take_inline(files: Mapping[str, str], spool: Spool, limits: Limits) -> Snapshot:
    """Take `files`, path → text.

    Raises:
        ConfigurationInvalid: a path that is not taken, or text that is no UTF-8.
        ConfigurationEmpty: no Terraform file at the root.
        InlineTooLarge: over the cap on bytes, of all texts together.
        UploadTooLarge: over another cap.
    """
    contents = {path: _encoded(path, text) for path, text in files.items()}
    size = sum(map(len, contents.values()))
    if size > limits.inline_bytes:
        raise InlineTooLarge(size=size, cap=limits.inline_bytes)
    names = Names()
    try:
        for name, content in contents.items():
            path = checked_path(name, limits)
            reason = refused(path)
            if reason:
                raise ConfigurationInvalid(problem=f"{path!r}: {reason}")
            if not ignored(path):
                names.add(path)
                spool.add(path, [content])
    except ArchiveInvalid as error:
        raise ConfigurationInvalid(**error.facts) from None
    return spool.finish()


def _encoded(path: str, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ConfigurationInvalid(problem=f"{path!r}: broken characters") from None
