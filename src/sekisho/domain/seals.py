"""The seal: everything that an approval is about, as one digest, signed."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime


@dataclasses.dataclass(frozen=True)
class Seal:
    """Each part pins one thing that decides what an apply does (design: what an approval seals)."""

    run_id: str
    workspace: str
    target: Mapping[str, str]
    backend: Mapping[str, str]
    options: str
    configuration: str
    modules: str
    plan: str
    lock_file: str
    terraform: str
    providers: Mapping[str, str]
    state: str
    variables: str
    rules: str
    change_id: str
    expires_at: datetime
    origin: str = ""
    """How this run got its configuration: an upload of the same content is another thing."""
    promises: str = ""
    """What the requester promised beforehand: the intent, and how to roll back."""
    judged: str = ""
    """What rules go by and nothing above pins: who asked, who wrote it, what is in the plan."""

    def canonical(self) -> bytes:
        """Return the bytes that the digest and the signature are taken over."""
        # Not `asdict`: it copies every part deeply, and a seal is digested whenever a run is shown.
        body = vars(self) | {"expires_at": self.expires_at.isoformat()}
        # As seals were before they named these: their signatures hold.
        for later in ("origin", "promises", "judged"):
            if not body[later]:
                del body[later]
        return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def digest(self) -> str:
        """`sha256:…` over every part."""
        return f"sha256:{hashlib.sha256(self.canonical()).hexdigest()}"


@dataclasses.dataclass(frozen=True)
class SignedSeal:
    """A seal with the server's signature over it."""

    seal: Seal
    signature: str
    key_id: str


def differences(approved: Seal, found: Seal) -> tuple[str, ...]:
    """Name every part in which `found` is not what was approved."""
    names = (f.name for f in dataclasses.fields(Seal))
    return tuple(n for n in names if getattr(approved, n) != getattr(found, n))
