"""TLS: the certificate that is served, read again when its files change.

Every handshake takes the context that is current then, whole: a pair that is half written, or
wrong, never comes near a connection.
"""

import contextlib
import os
import ssl
import stat
import threading
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from pathlib import Path

from sekisho.domain.errors import SekishoError, SettingInvalid
from sekisho.edge.passages import Event

_CERT, _KEY = "SEKISHO_TLS_CERT", "SEKISHO_TLS_KEY"
_SOON = timedelta(days=14)
LOOK_EVERY = 2.0
"""Seconds between two looks at the files."""


class Certificate:
    """Serves the pair in two files; `look` once in a while, or `watching` for a whole run."""

    def __init__(self, cert: Path, key: Path, now: Callable[[], datetime], event: Event) -> None:
        """Read the pair.

        Raises:
            SettingInvalid: naming the setting, and what is wrong with its file.
        """
        self._cert, self._key, self._now, self._event = cert, key, now, event
        self._seen = self._signature()
        self._current = self._read()
        self.context = _context()
        self.context.sni_callback = self._choose
        self._warn()

    def look(self) -> None:
        """Read the pair again where its files have changed; one that is wrong is not taken."""
        signature = self._signature()
        if signature == self._seen:
            return
        self._seen = signature
        try:
            self._current = self._read()
        except SekishoError as error:
            self._event("tls.refused", code=error.code, error=error.message())
            return
        self._event("tls.reloaded", certificate=self._cert)
        self._warn()

    @contextlib.contextmanager
    def watching(self, every: float = LOOK_EVERY) -> Generator[None]:
        """Look at the files every few seconds."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(every):
                self.look()

        thread = threading.Thread(target=watch, name="certificate", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _choose(
        self, connection: ssl.SSLSocket | ssl.SSLObject, _name: str | None, _own: ssl.SSLContext
    ) -> None:
        connection.context = self._current

    def _signature(self) -> tuple[tuple[int, ...] | None, ...]:
        return tuple(_stamp(path) for path in (self._cert, self._key))

    def _read(self) -> ssl.SSLContext:
        for name, path in ((_CERT, self._cert), (_KEY, self._key)):
            _readable(name, path)
        context = _context()
        try:
            context.load_cert_chain(self._cert, self._key, _no_passphrase)
        except _PassphraseAskedError:
            raise _wrong(_KEY, self._key, "has a passphrase, which nobody could type") from None
        except ssl.SSLError as error:
            raise self._blamed(error) from None
        except OSError as error:
            raise _wrong(_CERT, self._cert, f"cannot be read ({error.strerror})") from None
        return context

    def _blamed(self, error: ssl.SSLError) -> SettingInvalid:
        """Say which of the two files is wrong; OpenSSL does not."""
        if "MISMATCH" in (error.reason or ""):
            return _wrong(_KEY, self._key, "is not the key of the certificate")
        from cryptography import x509

        try:
            x509.load_pem_x509_certificates(self._cert.read_bytes())
        except (ValueError, OSError):
            return _wrong(_CERT, self._cert, "holds no PEM certificate")
        return _wrong(_KEY, self._key, "holds no PEM private key that can be used")

    def _warn(self) -> None:
        """Tell the operator of a key that is no secret, or a certificate that is no good soon."""
        from cryptography import x509

        if _open_to_all(self._key):
            advice = "every user of this machine can read it: chmod o-rwx"
            self._event("tls.key_exposed", warning=advice, key=self._key)
        try:
            first = x509.load_pem_x509_certificates(self._cert.read_bytes())[0]
        except (ValueError, OSError, IndexError):
            return
        until, now = first.not_valid_after_utc, self._now()
        if until < now:
            self._event("tls.expired", warning="clients will refuse it", until=until)
        elif until < now + _SOON:
            self._event("tls.expires", warning="renew it; no restart is needed", until=until)
        if first.not_valid_before_utc > now:
            self._event("tls.not_yet_valid", warning="clients will refuse it")


class _PassphraseAskedError(Exception):
    """OpenSSL wants a passphrase: without an answer of ours it would ask the terminal."""


def _no_passphrase() -> str:
    raise _PassphraseAskedError


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size)


def _open_to_all(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return os.name == "posix" and bool(path.stat().st_mode & stat.S_IRWXO)
    return False


def _readable(name: str, path: Path) -> None:
    try:
        with path.open("rb"):
            return
    except FileNotFoundError:
        raise _wrong(name, path, "is not there") from None
    except OSError as error:
        raise _wrong(name, path, f"cannot be read ({error.strerror})") from None


def _wrong(name: str, path: Path, problem: str) -> SettingInvalid:
    return SettingInvalid(name=name, problem=f"{path} {problem}")
