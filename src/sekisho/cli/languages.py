"""Which language whoever reads the terminal gets."""

from sekisho.domain.text import Language
from sekisho.settings import environment


def reader_language() -> Language:
    """Return the language of the reader: SEKISHO_LANGUAGE, then the locale."""
    given = environment()
    names = ("SEKISHO_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    first = next((v for n in names if (v := given.get(n, "").lower()) not in ("", "auto")), "")
    return "ja" if first.startswith("ja") else "en"
