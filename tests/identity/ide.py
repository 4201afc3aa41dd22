"""An IDE: the MCP SDK's own client, which finds out by itself how to sign in."""

import contextlib
from collections.abc import AsyncIterator

import httpx2
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from tests.identity.providing import Providing

BACK = "http://127.0.0.1:33418/callback"


class Ide:
    """What an IDE keeps, and its person at the provider's page; `opened` are pages it opened."""

    def __init__(self, url: str, provider: Providing, subject: str) -> None:
        self.tokens: OAuthToken | None = None
        self.opened: list[str] = []
        self._provider, self._subject = provider, subject
        metadata = OAuthClientMetadata(
            redirect_uris=[AnyUrl(BACK)], token_endpoint_auth_method="client_secret_basic"
        )
        self.auth = OAuthClientProvider(url, metadata, self, self._open, self._back)
        self._client = OAuthClientInformationFull(
            client_id="ide",
            client_secret="public",
            redirect_uris=[AnyUrl(BACK)],
            token_endpoint_auth_method="client_secret_basic",
        )
        self._url = url

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self._client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self._client = client_info

    async def _open(self, url: str) -> None:
        self.opened.append(url)

    async def _back(self) -> AuthorizationCodeResult:
        found = self._provider.sign_in(self.opened[-1], self._subject)
        return AuthorizationCodeResult(code=found["code"], state=found["state"])

    @property
    def access_token(self) -> str:
        assert self.tokens
        return self.tokens.access_token

    def expire(self) -> None:
        """Let the IDE believe that its token has expired."""
        self.auth.context.token_expiry_time = 1.0

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[Client]:
        async with (
            httpx2.AsyncClient(auth=self.auth, timeout=30) as http,
            Client(streamable_http_client(self._url, http_client=http)) as client,
        ):
            yield client
