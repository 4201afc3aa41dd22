"""WebAuthn by the `webauthn` package: what browsers are asked, and whether their answers hold."""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sekisho.domain.errors import PasskeyWrong
from sekisho.domain.passkeys import Passkey
from sekisho.domain.sessions import SignedIn
from sekisho.domain.step_ups import PROOF_FOR
from sekisho.ports import Registered

T = TypeVar("T")

NAME = "Sekisho"
_LONGEST = 30_000
"""Characters of an answer; real ones are a tenth of it."""
_TRANSPORTS = 8


class WebAuthn:
    """Speaks for the site at `base_url`: its host is the party, its origin must be exact."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._party = parts.hostname or ""
        self._origin = f"{parts.scheme}://{parts.netloc}".lower()

    def creation(self, who: SignedIn, challenge: bytes, known: Sequence[Passkey]) -> str:
        import webauthn
        from webauthn.helpers import structs

        options = webauthn.generate_registration_options(
            rp_id=self._party,
            rp_name=NAME,
            user_name=who.person,
            # Says nothing about the person, and is the same for all their passkeys.
            user_id=hashlib.sha256(who.subject.encode()).digest(),
            challenge=challenge,
            timeout=_milliseconds(),
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.PREFERRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_descriptors(known),
        )
        return webauthn.options_to_json(options)

    def registered(self, answer: str, challenge: bytes) -> Registered:
        import webauthn
        from webauthn.helpers import bytes_to_base64url, structs

        def verify(credential: dict[str, Any]) -> Registered:
            found = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._party,
                expected_origin=self._origin,
                require_user_verification=True,
            )
            given: list[Any] = credential["response"].get("transports") or []
            named = {t.value for t in structs.AuthenticatorTransport}
            return Registered(
                bytes_to_base64url(found.credential_id),
                bytes_to_base64url(found.credential_public_key),
                found.sign_count,
                tuple(t for t in given[:_TRANSPORTS] if t in named),
            )

        return _checked(answer, verify)

    def request(self, challenge: bytes, known: Sequence[Passkey]) -> str:
        import webauthn
        from webauthn.helpers import structs

        options = webauthn.generate_authentication_options(
            rp_id=self._party,
            challenge=challenge,
            timeout=_milliseconds(),
            allow_credentials=_descriptors(known),
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
        return webauthn.options_to_json(options)

    def asserted(
        self, answer: str, challenge: bytes, known: Sequence[Passkey]
    ) -> tuple[Passkey, int]:
        import webauthn
        from webauthn.helpers import base64url_to_bytes

        def verify(credential: dict[str, Any]) -> tuple[Passkey, int]:
            passkey = next(p for p in known if p.credential_id == credential["id"])
            found = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._party,
                expected_origin=self._origin,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                # Judged by the store, once the signature is known to be the passkey's.
                credential_current_sign_count=0,
                require_user_verification=True,
            )
            return passkey, found.new_sign_count

        return _checked(answer, verify)


def _checked(answer: str, verify: Callable[[dict[str, Any]], T]) -> T:
    """Let nothing through but a good answer: it comes from outside, and the library is not ours."""
    if len(answer) > _LONGEST:
        raise PasskeyWrong
    try:
        credential = json.loads(answer)
        found = None if _embedded(credential) else verify(credential)
    except Exception:  # noqa: BLE001 (whatever a hostile answer makes it raise: it does not hold)
        raise PasskeyWrong from None
    if found is None:
        raise PasskeyWrong
    return found


def _embedded(credential: Any) -> bool:
    """Say whether another site showed our page when the person answered."""
    from webauthn.helpers import base64url_to_bytes

    said = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
    return bool(said.get("crossOrigin"))


def _descriptors(known: Sequence[Passkey]) -> list[Any]:
    from webauthn.helpers import base64url_to_bytes, structs

    return [
        structs.PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(p.credential_id),
            transports=[structs.AuthenticatorTransport(t) for t in p.transports],
        )
        for p in known
    ]


def _milliseconds() -> int:
    return int(PROOF_FOR.total_seconds() * 1000)
