"""Which language whoever reads the terminal gets."""

from sekisho.domain.text import Language
from sekisho.settings import environment
from sekisho_client.settings import find_language


def reader_language() -> Language:
    """Return the language of the reader: SEKISHO_LANGUAGE, then the locale."""
    return find_language(environment())
