"""Signing people in at an OpenID provider: the authorization code flow with PKCE (S256)."""

import base64
import hashlib
from urllib.parse import urlencode, urlsplit

from sekisho.domain.errors import SignInRefused
from sekisho.domain.identities import Verified
from sekisho.domain.text import Text
from sekisho.identity.oidc import Provider
from sekisho.ports import Clock

CALLBACK = "/sign-in/callback"
"""Where the provider sends browsers back to, under the public address; register exactly this."""

_NO_ENDPOINT = Text("it offers no {name}", "{name} が提供されていません")
_NOT_TAKEN = Text(
    "the provider did not take the code ({word})",
    "プロバイダーが認可コードを受け付けませんでした（{word}）",
)
_NO_TOKEN = Text("the provider sent no ID token", "プロバイダーから ID トークンが届きませんでした")
_POST = "client_secret_post"
_OK = 200
_WORD = 60


class CodeFlow:
    """The port `SignIn` over a provider. `base_url` is how people reach the console."""

    def __init__(self, provider: Provider, base_url: str, clock: Clock) -> None:
        self._provider = provider
        self._base_url = base_url
        self._clock = clock

    @property
    def issuer(self) -> str:
        """Return who the provider is."""
        return self._provider.issuer

    def address(self, state: str, nonce: str, verifier: str, *, fresh: bool) -> str:
        config = self._provider.config
        endpoint = self._provider.metadata().authorization_endpoint
        if not endpoint:
            raise self._lacks("authorization_endpoint")
        asked = {
            "response_type": "code",
            "client_id": config.client_id,
            "redirect_uri": self._base_url + CALLBACK,
            "scope": " ".join(config.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": s256(verifier),
            "code_challenge_method": "S256",
        }
        if fresh:
            asked |= {"prompt": "login", "max_age": "0"}
        mark = "&" if urlsplit(endpoint).query else "?"
        return f"{endpoint}{mark}{urlencode(asked)}"

    def redeem(self, code: str, verifier: str, nonce: str) -> Verified:
        config, metadata = self._provider.config, self._provider.metadata()
        if not metadata.token_endpoint:
            raise self._lacks("token_endpoint")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._base_url + CALLBACK,
            "code_verifier": verifier,
            "client_id": config.client_id,
        }
        auth = None
        if config.client_secret and _POST in metadata.token_auth_methods:
            form["client_secret"] = config.client_secret
        elif config.client_secret:
            auth = (config.client_id, config.client_secret)
        status, answer = self._provider.fetcher.post(metadata.token_endpoint, form, auth)
        if status != _OK:
            word = str(answer.get("error", status))[:_WORD]
            raise SignInRefused(problem=_NOT_TAKEN.fill({"word": word}))
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SignInRefused(problem=_NO_TOKEN)
        return self._provider.verify(
            token, audience=(config.client_id,), nonce=nonce, now=self._clock.now()
        )

    def sign_out_address(self) -> str:
        endpoint = self._provider.metadata().end_session_endpoint
        if not endpoint:
            return ""
        back = f"{self._base_url}/signed-out"
        asked = {"client_id": self._provider.config.client_id, "post_logout_redirect_uri": back}
        mark = "&" if urlsplit(endpoint).query else "?"
        return f"{endpoint}{mark}{urlencode(asked)}"

    def _lacks(self, name: str) -> Exception:
        return self._provider.fetcher.away(_NO_ENDPOINT.fill({"name": name}))


def s256(verifier: str) -> str:
    """Return the challenge of a verifier (RFC 7636)."""
    raw = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
