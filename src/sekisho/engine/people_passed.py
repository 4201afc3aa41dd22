"""The part of a store that stands for people: stores that narrow another pass it on whole."""

from sekisho.ports import PasskeyStore, PeopleStore, SessionStore, Store, TicketStore, TokenStore


class PeoplePassed:
    """Passes on who people are, and by what they show it; what else there is a store says."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def tokens(self) -> TokenStore:
        return self._store.tokens

    @property
    def sessions(self) -> SessionStore:
        return self._store.sessions

    @property
    def passkeys(self) -> PasskeyStore:
        return self._store.passkeys

    @property
    def tickets(self) -> TicketStore:
        return self._store.tickets

    @property
    def people(self) -> PeopleStore:
        return self._store.people
