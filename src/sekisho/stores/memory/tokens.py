"""API tokens, in memory."""

import dataclasses
from datetime import datetime

from sekisho.domain.tokens import Token, used
from sekisho.stores.writes import Turn


class MemoryTokens:
    """Keeps tokens in a dict, by id."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._tokens: dict[str, Token] = {}

    def add(self, token: Token) -> None:
        with self._turn:
            digests = {t.secret_digest for t in self._tokens.values()}
            if token.id in self._tokens or token.secret_digest in digests:
                raise ValueError(token.id)
            self._tokens[token.id] = token

    def find(self, secret_digest: str) -> Token | None:
        with self._turn:
            found = (t for t in self._tokens.values() if t.secret_digest == secret_digest)
            return next(found, None)

    def all(self) -> tuple[Token, ...]:
        with self._turn:
            return tuple(self._tokens[id] for id in sorted(self._tokens))

    def revoke(self, token_id: str, at: datetime) -> bool:
        with self._turn:
            token = self._tokens.get(token_id)
            if token and token.revoked_at is None:
                self._tokens[token_id] = dataclasses.replace(token, revoked_at=at)
            return token is not None

    def use(self, token_id: str, at: datetime) -> None:
        with self._turn:
            token = self._tokens.get(token_id)
            if token:
                self._tokens[token_id] = used(token, at)
