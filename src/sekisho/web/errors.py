"""Which HTTP status each error is: the one table of this face."""

from sekisho.domain import errors as e

STATUS: dict[type[e.SekishoError], int] = {
    e.SekishoError: 500,
    e.NotFound: 404,
    e.Invalid: 400,
    e.MethodWrong: 405,
    e.AcceptWrong: 406,
    e.MediaTypeWrong: 415,
    e.RequestTooSlow: 408,
    e.TooLarge: 413,
    e.HeadersTooLarge: 431,
    e.Conflict: 409,
    e.CodesTooMany: 429,
    e.RunChanged: 412,
    e.RateLimited: 429,
    e.Refused: 403,
    e.HostRefused: 421,
    e.CredentialInvalid: 401,
    e.CredentialMistyped: 401,
    e.CredentialNeeded: 401,
    e.Unavailable: 503,
}
"""Error → status; a class without a row is as its parent."""


def http_status(error: e.SekishoError) -> int:
    """Return the HTTP status of an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
