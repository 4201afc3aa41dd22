"""What tests of identity share."""

from collections.abc import Iterator

import pytest

from tests.identity.providing import Providing, providing


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def provider() -> Iterator[Providing]:
    """One provider process for all: every test has people of its own there."""
    with providing() as found:
        yield found
