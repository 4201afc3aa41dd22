"""Encryption of files at rest: AES-256-GCM in frames, so that memory stays flat at any size.

A file is `SKB1`, a random salt of 32 bytes, then frames of 1 MiB of text and a tag of 16 bytes; the
last frame may be shorter. Each file has a key of its own, HMAC-SHA-256 of the salt under the data
key, and each frame its number as nonce; so no nonce is ever used twice. What a frame is called and
whether it is the last one are authenticated with it: frames that were cut off, put in another
order, or moved to another file or name do not open.
"""

import functools
import hashlib
import hmac
import io
import os
import secrets
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_MAGIC = b"SKB1"
_SALT_BYTES = 32
_HEADER_BYTES = len(_MAGIC) + _SALT_BYTES
_FRAME_BYTES = 1 << 20
_TAG_BYTES = 16
_SEALED_BYTES = _FRAME_BYTES + _TAG_BYTES
_KEY_BYTES = 32


class Sink(Protocol):
    """Where encrypted bytes go."""

    def write(self, data: bytes, /) -> object: ...


class Cipher:
    """Encrypts and opens files with one data key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_BYTES:
            raise ValueError("a data key has 32 bytes")
        self._key = key

    def encrypt(self, name: str, source: BinaryIO, sink: Sink) -> int:
        """Read `source` to its end and write it to `sink`, encrypted; return the bytes read."""
        salt = secrets.token_bytes(_SALT_BYTES)
        frames = _Frames(self._file_key(salt), name)
        sink.write(_MAGIC + salt)
        number, size = 0, 0
        text = _read_frame(source)
        while True:
            following = _read_frame(source) if len(text) == _FRAME_BYTES else b""
            sink.write(frames.seal(number, text, last=not following))
            size += len(text)
            if not following:
                return size
            number, text = number + 1, following

    def open(self, name: str, file: BinaryIO) -> BinaryIO:
        """Return the text of an encrypted file, readable and seekable; closing it closes `file`.

        Raises:
            ValueError: now or on reading, where the file is not as it was written, or under
                another name.
        """
        header = file.read(_HEADER_BYTES)
        if len(header) != _HEADER_BYTES or not header.startswith(_MAGIC):
            raise ValueError("not an encrypted file")
        frames = _Frames(self._file_key(header[len(_MAGIC) :]), name)
        return io.BufferedReader(_Opened(file, frames), 64 * 1024)

    def _file_key(self, salt: bytes) -> bytes:
        return hmac.digest(self._key, b"sekisho blob 1\0" + salt, hashlib.sha256)


def salt_of(file: BinaryIO) -> str | None:
    """Return the salt of an encrypted file in hex, which no other has; None: it is none."""
    header = file.read(_HEADER_BYTES)
    whole = len(header) == _HEADER_BYTES and header.startswith(_MAGIC)
    return header[len(_MAGIC) :].hex() if whole else None


class _Frames:
    """Seals and opens the frames of one file."""

    def __init__(self, key: bytes, name: str) -> None:
        self._key = key
        self._name = name.encode()

    @functools.cached_property
    def _aead(self) -> "AESGCM":
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM(self._key)

    def seal(self, number: int, text: bytes, *, last: bool) -> bytes:
        return self._aead.encrypt(number.to_bytes(12, "big"), text, self._about(last))

    def unseal(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        from cryptography.exceptions import InvalidTag

        try:
            return self._aead.decrypt(number.to_bytes(12, "big"), sealed, self._about(last))
        except InvalidTag:
            raise ValueError("an encrypted file was changed after it was written") from None

    def _about(self, last: bool) -> bytes:
        return (b"last\0" if last else b"more\0") + self._name


class _Opened(io.RawIOBase):
    """The text of an encrypted file, one frame in memory at a time."""

    def __init__(self, file: BinaryIO, frames: _Frames) -> None:
        """Open the last frame at once: it tells whether the file has its whole length."""
        self._file = file
        self._frames = frames
        sealed = file.seek(0, os.SEEK_END) - _HEADER_BYTES
        self._last: int = max(-(-sealed // _SEALED_BYTES) - 1, 0)
        self._size: int = sealed - (self._last + 1) * _TAG_BYTES
        self._at: int = 0
        self._number: int = self._last
        self._text = self._frame(self._last)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("before the start of the file")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        room = memoryview(buffer).cast("B")
        if self._at >= self._size:
            return 0
        number, start = divmod(self._at, _FRAME_BYTES)
        if number != self._number:
            self._number, self._text = number, self._frame(number)
        part = self._text[start : start + len(room)]
        room[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _frame(self, number: int) -> bytes:
        self._file.seek(_HEADER_BYTES + number * _SEALED_BYTES)
        return self._frames.unseal(
            number, self._file.read(_SEALED_BYTES), last=number == self._last
        )


def _read_frame(source: BinaryIO) -> bytes:
    """Read until a frame is full or the source ends: pipes and sockets give less at a time."""
    parts: list[bytes] = []
    missing = _FRAME_BYTES
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
