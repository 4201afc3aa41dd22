"""How every command tells an error, whichever side of the wire it is from."""

from sekisho.cli import output
from sekisho.cli.languages import reader_language
from sekisho.domain.errors import SekishoError
from sekisho_client.errors import ClientError


def tell(error: SekishoError | ClientError) -> None:
    """Print an error in the reader's language."""
    language = reader_language()
    if isinstance(error, SekishoError):
        output.error(error.code, error.message(language), error.next_step(language))
    else:
        output.error(error.code, error.message.of(language), error.step.of(language))
