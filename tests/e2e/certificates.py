"""Certificates for servers under test: a CA of our own, and what it signs."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_DAY = dt.timedelta(days=1)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """A CA that exists for one test. `file` holds its certificate, for clients to trust."""

    def __init__(self, folder: Path) -> None:
        now = dt.datetime.now(dt.UTC)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Test CA")
        basic = x509.BasicConstraints(ca=True, path_length=0)
        made = (
            x509.CertificateBuilder(self._name, self._name, self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _DAY)
            .not_valid_after(now + _DAY * 3)
            .add_extension(basic, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = folder / "ca.pem"
        self.file.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def sign(self, name: str, days: float = 60, passphrase: str = "") -> tuple[bytes, bytes, int]:
        """Return a certificate for loopback, its key, both PEM, and its serial number."""
        now = dt.datetime.now(dt.UTC)
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [x509.DNSName("localhost")]
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        made = (
            x509.CertificateBuilder(self._name, _name(name), key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _DAY * 2)
            .not_valid_after(now + _DAY * days)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        lock = serialization.NoEncryption()
        if passphrase:
            lock = serialization.BestAvailableEncryption(passphrase.encode())
        form = serialization.PrivateFormat.PKCS8
        pem = serialization.Encoding.PEM
        secret = key.private_bytes(pem, form, lock)
        return made.public_bytes(pem), secret, made.serial_number


def put(path: Path, content: bytes) -> None:
    """Put a file in place whole, as tools that renew certificates do."""
    aside = path.with_suffix(".new")
    aside.write_bytes(content)
    aside.replace(path)
