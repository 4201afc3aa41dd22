"""The server's keys in one file of the data folder, made on first use.

`FOLDER/server-keys.json` holds three independent secrets: the Ed25519 signing key (approvals,
seals), the root of the keyed digests, and the data key that files are encrypted with. One file,
linked into place whole, so that of several processes that start at once all use the winner's, and
none ever sees a part of it.
"""

import base64
import contextlib
import errno
import functools
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from sekisho.domain.errors import DiskFull, StoreUnavailable
from sekisho.identity.public_keys import holds, key_id_of, written

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_FILE = "server-keys.json"
_NAMES = ("signing", "digests", "data")
_BYTES = 32


class FileKeys:
    """Signs, verifies and digests. `data_key` and `audit_mac` are for the wiring alone."""

    def __init__(self, folder: Path) -> None:
        """Read the keys in `folder`, or make them.

        Raises:
            DiskFull, StoreUnavailable: the file cannot be read or made, is not whole, or others
                on this machine may read it.
        """
        path = folder / _FILE
        try:
            if not path.exists():
                _make(path)
            self._secrets = _read(path)
        except OSError as error:
            raise _refusal(error, path) from error

    @property
    def key_id(self) -> str:
        """The first 16 hex digits of the SHA-256 of the public key."""
        return self._key_id

    def sign(self, message: bytes) -> str:
        return base64.urlsafe_b64encode(self._signing.sign(message)).decode().rstrip("=")

    def verify(self, message: bytes, signature: str, key_id: str) -> bool:
        return key_id == self.key_id and holds(self.public(), message, signature)

    def public(self) -> str:
        return self._public

    def mac(self, message: bytes) -> str:
        return self._digest(b"variables", message)

    def audit_mac(self, message: bytes) -> str:
        """Return the keyed digest that the audit is chained with: another key than `mac` has."""
        return self._digest(b"audit", message)

    def data_key(self) -> bytes:
        """Return the key that files are encrypted with."""
        return self._secrets["data"]

    @functools.cached_property
    def _key_id(self) -> str:
        return key_id_of(self.public())

    @functools.cached_property
    def _public(self) -> str:
        return written(self._signing.public_key().public_bytes_raw())

    @functools.cached_property
    def _signing(self) -> "Ed25519PrivateKey":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._secrets["signing"])

    def _digest(self, purpose: bytes, message: bytes) -> str:
        return hmac.digest(self._derived(purpose), message, hashlib.sha256).hex()

    @functools.lru_cache(maxsize=8)  # noqa: B019 (one object lives as long as the server)
    def _derived(self, purpose: bytes) -> bytes:
        """Derive a key for one purpose: HKDF-Expand of RFC 5869, one block."""
        info = b"sekisho " + purpose + b"\x01"
        return hmac.digest(self._secrets["digests"], info, hashlib.sha256)


def _make(path: Path) -> None:
    """Write new keys and link them into place; where another process was first, its keys stay."""
    made = {name: base64.b64encode(secrets.token_bytes(_BYTES)).decode() for name in _NAMES}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f".{_FILE}.{secrets.token_hex(8)}")
    handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"version": 1} | made, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
        _flush_folder(path.parent)
    finally:
        aside.unlink()


def _read(path: Path) -> dict[str, bytes]:
    with path.open(encoding="utf-8") as file:
        if os.name == "posix" and os.fstat(file.fileno()).st_mode & 0o077:
            raise StoreUnavailable(problem=f"others may read {path}: chmod 600")
        text = file.read()
    try:
        kept = json.loads(text)
        found = {name: base64.b64decode(kept[name], validate=True) for name in _NAMES}
    except (ValueError, KeyError, TypeError) as error:
        raise StoreUnavailable(problem=f"{path} is damaged") from error
    if any(len(secret) != _BYTES for secret in found.values()):
        raise StoreUnavailable(problem=f"{path} is damaged")
    return found


def _flush_folder(folder: Path) -> None:
    """Make the file's name outlive a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refusal(error: OSError, path: Path) -> DiskFull | StoreUnavailable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull()
    return StoreUnavailable(problem=f"{path}: {error.strerror}")
