"""Which language a reader gets, and the words of the console in it."""

from collections.abc import Mapping

from starlette.requests import Request

from sekisho.domain.text import Language, plain
from sekisho.web.texts_en import ENGLISH
from sekisho.web.texts_ja import JAPANESE

COOKIE = "lang"
_TABLES: dict[Language, Mapping[str, str]] = {"en": ENGLISH, "ja": JAPANESE}


def say(language: Language, key: str, /, **facts: object) -> str:
    """Return a text of the tables with facts filled in. A key that is not there is a KeyError."""
    text = _TABLES[language][key]
    return text.format(**{k: plain(v) for k, v in facts.items()}) if facts else text


def knows(key: str) -> bool:
    """Say whether the tables have a text of this key."""
    return key in ENGLISH


def language_of(request: Request) -> Language:
    """Choose by the switch, what was switched before, the operator, then the browser's wishes.

    The operator's choice is `app.state.language`, where they made one.
    """
    for switched in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if switched in ("en", "ja"):
            return switched
    chosen = getattr(request.app.state, "language", None)
    if chosen in ("en", "ja"):
        return chosen
    return _wished(request.headers.get("accept-language", ""))


def _wished(header: str) -> Language:
    best: tuple[float, Language] = (0.0, "en")
    for part in header[:500].split(","):
        tag, _, weight = part.strip().lower().partition(";q=")
        name = tag.partition("-")[0].strip()
        rank = _weight(weight)
        if name == "ja" and rank > best[0]:
            best = (rank, "ja")
        elif name == "en" and rank > best[0]:
            best = (rank, "en")
    return best[1]


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
