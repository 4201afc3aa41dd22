"""Which certificates are trusted: the system's, and those of a private authority beside them."""

import ssl
from pathlib import Path

from sekisho_client.errors import failure


def trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Trust the system's authorities, and those in `ca_file`. Raises ClientError."""
    context = ssl.create_default_context()
    if ca_file is None:
        return context
    try:
        context.load_verify_locations(cafile=ca_file)
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or error
        raise failure("ca_file_invalid", path=ca_file, problem=problem) from None
    return context
