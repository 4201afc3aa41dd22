"""Which server the suites look at, and the suites themselves."""

from collections.abc import Iterator

import pytest

from tests.conformance.install import NodeTools, install
from tests.e2e.serving import Serving


@pytest.fixture(scope="session")
def node_tools() -> NodeTools:
    """The suites, installed on first use (about 30 s), kept for later sessions."""
    return install()


@pytest.fixture(scope="session")
def conformance_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server under test: `sekisho serve`, as anybody starts it."""
    server = Serving(tmp_path_factory.mktemp("data"), (), {})
    yield f"{server.url}/mcp"
    assert server.stop() == 0
