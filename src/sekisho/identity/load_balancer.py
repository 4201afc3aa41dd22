"""An Application Load Balancer that signs people in: whether what it says of them is its own word.

Its token is nearly a JWT: the parts are padded with `=`, and what counts is in the header.
"""

import base64
import json
import re
import threading
from collections import OrderedDict, deque
from datetime import UTC, datetime
from typing import Any, cast

import httpx2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import ECAlgorithm

from sekisho.domain.claims import claims_of, person_of, subject_of
from sekisho.domain.errors import IdentityProviderAway, LoadBalancerUntrusted
from sekisho.domain.identities import SKEW, AlbSigner, Payload, Verified
from sekisho.domain.text import Text
from sekisho.ports import Clock

HEADER = "x-amzn-oidc-data"
"""What the load balancer puts its token into; it drops one that a client sends."""

_LONGEST = 16 * 1024
_KID = re.compile(r"[0-9A-Za-z-]{8,64}", re.ASCII)
_KEYS = 16
_SECONDS = 5.0
_MOST_BYTES = 4096
_OK, _AWAY = 200, 500
_ASKS, _MINUTE = 20, 60.0
"""Questions for keys a minute: who comes past the load balancer may name any."""

_FORM = Text("it is not of its form", "形式が正しくありません")
_SIGNER = Text("another load balancer signed it", "別のロードバランサーが署名しています")
_CLIENT = Text("it is for another client", "別のクライアント向けです")
_ISSUER = Text("another provider named the person", "別のプロバイダーによるものです")
_OLD = Text("it has expired", "有効期限が切れています")
_FORGED = Text("its signature does not match", "署名が一致しません")
_NO_KEY = Text("there is no such key", "該当する鍵がありません")
_MANY = Text("too many keys were asked for", "鍵の問い合わせが多すぎます")
_UNREACHABLE = Text("its keys cannot be fetched", "鍵を取得できません")


class AlbHeader:
    """The port `LoadBalancer` over the header of an ALB."""

    def __init__(self, config: AlbSigner, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        region = config.region
        usual = f"https://public-keys.auth.elb.{region}.amazonaws.com"
        self._place = (config.keys_url or usual).rstrip("/")
        self._keys: OrderedDict[str, ec.EllipticCurvePublicKey] = OrderedDict()
        self._asked: deque[float] = deque()
        self._lock = threading.Lock()

    def verify(self, data: str) -> Verified:
        signed, header, payload, signature = _parts(data)
        self._check(header)
        key = self._key(str(header["kid"]))
        if not ECAlgorithm(ECAlgorithm.SHA256).verify(signed, key, signature):
            raise LoadBalancerUntrusted(problem=_FORGED)
        names = self._config.claims
        return Verified(
            subject=subject_of(payload, self._config.issuer, names),
            person=person_of(payload, names),
            claims=claims_of(payload, names),
            expires_at=_ends(header),
        )

    def _check(self, header: Payload) -> None:
        """Look at what is signed with the header; believing it is up to the signature."""
        config = self._config
        if header.get("alg") != "ES256" or not _KID.fullmatch(str(header.get("kid"))):
            raise LoadBalancerUntrusted(problem=_FORM)
        if header.get("signer") != config.arn:
            raise LoadBalancerUntrusted(problem=_SIGNER)
        if config.client_id and header.get("client") != config.client_id:
            raise LoadBalancerUntrusted(problem=_CLIENT)
        if header.get("iss") != config.issuer:
            raise LoadBalancerUntrusted(problem=_ISSUER)
        if self._clock.now() >= _ends(header) + SKEW:
            raise LoadBalancerUntrusted(problem=_OLD)

    def _key(self, kid: str) -> ec.EllipticCurvePublicKey:
        with self._lock:
            found = self._keys.get(kid)
            if found:
                self._keys.move_to_end(kid)
                return found
            self._count()
        fetched = self._fetched(kid)
        with self._lock:
            self._keys[kid] = fetched
            while len(self._keys) > _KEYS:
                self._keys.popitem(last=False)
        return fetched

    def _count(self) -> None:
        now = self._clock.monotonic()
        while self._asked and now - self._asked[0] >= _MINUTE:
            self._asked.popleft()
        if len(self._asked) >= _ASKS:
            raise LoadBalancerUntrusted(problem=_MANY)
        self._asked.append(now)

    def _fetched(self, kid: str) -> ec.EllipticCurvePublicKey:
        far = self._place.startswith("https:")
        try:
            with (
                httpx2.Client(timeout=_SECONDS, trust_env=far) as http,
                http.stream("GET", f"{self._place}/{kid}") as answer,
            ):
                status, content = answer.status_code, b""
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > _MOST_BYTES:
                        break
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
            raise IdentityProviderAway(issuer=self._place, problem=_UNREACHABLE) from None
        if status >= _AWAY:
            raise IdentityProviderAway(issuer=self._place, problem=_UNREACHABLE)
        try:
            key = load_pem_public_key(content)
        except ValueError:
            key = None
        if status != _OK or not _is_p256(key):
            raise LoadBalancerUntrusted(problem=_NO_KEY)
        return cast("ec.EllipticCurvePublicKey", key)


def _is_p256(key: object) -> bool:
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)


def _parts(data: str) -> tuple[bytes, Payload, Payload, bytes]:
    """Return what is signed, header, payload and signature. Raises LoadBalancerUntrusted."""
    texts = data.split(".")
    if len(data) > _LONGEST or len(texts) != len(("header", "payload", "signature")):
        raise LoadBalancerUntrusted(problem=_FORM)
    try:
        header, payload, signature = (_decoded(text) for text in texts)
        found = json.loads(header), json.loads(payload)
    except (ValueError, RecursionError):
        raise LoadBalancerUntrusted(problem=_FORM) from None
    if not all(isinstance(part, dict) for part in found):
        raise LoadBalancerUntrusted(problem=_FORM)
    signed = f"{texts[0]}.{texts[1]}".encode()
    return signed, *found, signature


def _decoded(text: str) -> bytes:
    """Decode base64url, padded or not."""
    bare = text.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)


def _ends(header: Payload) -> datetime:
    ends: Any = header.get("exp")
    try:
        return datetime.fromtimestamp(int(ends), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise LoadBalancerUntrusted(problem=_FORM) from None
