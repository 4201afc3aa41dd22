"""A real OpenID provider, as a process of its own: `oidc-provider-mock`, from PyPI.

Its access tokens are opaque words, which nobody but itself could judge. So that it gives out JWTs,
as Entra, Cognito and Keycloak do, it is given a generator of tokens, which it has a place for; what
clients expect besides (PKCE, which the package takes no notice of) is checked before it.

    python -m tests.identity.provider_process PORT SECONDS
"""

import base64
import hashlib
import json
import logging
import secrets
import sys
import time
import warnings
from typing import Any
from urllib.parse import parse_qs, urlsplit

warnings.simplefilter("ignore")

import flask  # noqa: E402 (it warns of itself while it is imported)
import oidc_provider_mock  # noqa: E402
import werkzeug.serving  # noqa: E402
from authlib import jose  # noqa: E402
from oidc_provider_mock._storage import storage  # noqa: E402

KEYS = [jose.RSAKey.generate_key(is_private=True)]
"""The last one signs; all are published."""
GRANTS: list[str] = []
CHALLENGES: dict[str, str] = {}


def a_token(client: Any, grant_type: str, user: Any, scope: str) -> str:
    """Make an access token for the resource that the client names (RFC 8707)."""
    now, key = int(time.time()), KEYS[-1]
    header = {"alg": "RS256", "typ": "at+jwt", "kid": key.thumbprint()}
    payload = {
        "iss": flask.request.host_url.rstrip("/"),
        "sub": user.sub,
        "aud": flask.request.form.get("resource", "nobody"),
        "client_id": client.id,
        "scope": scope,
        "iat": now,
        "exp": now + int(sys.argv[2]),
        "jti": secrets.token_hex(8),
        **user.claims,
    }
    return jose.jwt.encode(header, payload, key).decode()


def sign_with_ours() -> None:
    """Let ID tokens be signed with the same key as access tokens."""
    storage.jwk = KEYS[-1]


def check_verifier() -> Any:
    """Hold the client to PKCE; keep what was asked for."""
    if flask.request.path == "/oauth2/token":
        form = flask.request.form
        GRANTS.append(form["grant_type"])
        if form["grant_type"] == "authorization_code":
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if CHALLENGES.pop(form.get("code", ""), None) != proof:
                return {"error": "invalid_grant"}, 400
    return None


def keep_challenge(answer: flask.Response) -> flask.Response:
    """Remember the challenge of a code; say in the discovery document that there is PKCE."""
    found = parse_qs(urlsplit(answer.headers.get("Location", "")).query)
    if flask.request.path == "/oauth2/authorize" and "code" in found:
        CHALLENGES[found["code"][0]] = flask.request.args.get("code_challenge", "")
    if flask.request.path == "/.well-known/openid-configuration":
        document = json.loads(answer.get_data())
        answer.set_data(json.dumps(document | {"code_challenge_methods_supported": ["S256"]}))
    if flask.request.path == "/jwks":
        answer.set_data(json.dumps(jose.KeySet(KEYS).as_dict()))
    return answer


def made() -> flask.Flask:
    """Put the provider together."""
    app = flask.Flask("oidc_provider_mock")
    app.config["OAUTH2_ACCESS_TOKEN_GENERATOR"] = a_token
    app.after_request(keep_challenge)

    @app.post("/rotate")
    def rotate() -> Any:
        KEYS[:] = [jose.RSAKey.generate_key(is_private=True)]
        return "", 204

    @app.get("/grants")
    def grants() -> Any:
        return GRANTS

    oidc_provider_mock.init_app(app)
    app.before_request(sign_with_ours)
    app.before_request(check_verifier)
    app.debug = False
    app.secret_key = secrets.token_bytes(16)
    return app


if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    port = int(sys.argv[1])
    werkzeug.serving.make_server("127.0.0.1", port, made(), threaded=True).serve_forever()
