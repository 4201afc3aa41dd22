"""The clients, the server they reach, and the way out that they do not have."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sekisho.mcp_server.tools import TOOLS
from tests.clients.driven import Drivers, run
from tests.clients.install import Clients, install
from tests.clients.outside import Outside, no_way_out
from tests.e2e.serving import Serving, environment


@pytest.fixture(scope="session")
def clients() -> Clients:
    """The clients, installed on first use (about 60 s), kept for later sessions."""
    return install()


@pytest.fixture(scope="session")
def outside() -> Iterator[Outside]:
    """What clients are sent to with all that is not on this machine."""
    with no_way_out() as way:
        yield way


@pytest.fixture(autouse=True)
def stays_on_this_machine(outside: Outside) -> Iterator[None]:
    """No client asks anybody else, as here it would in a network that is closed."""
    outside.asked.clear()
    yield
    assert outside.asked == []


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """`sekisho serve`, as anybody starts it."""
    running = Serving(tmp_path_factory.mktemp("data"), (), {})
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def token(server: Serving, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A token of `sekisho token create`, for sato@example.jp."""
    home = tmp_path_factory.mktemp("operator")
    sekisho = [sys.executable, "-m", "sekisho"]
    words = ["token", "create", "sato@example.jp", "--client", "clients"]
    done = run([*sekisho, *words, "--data-dir", str(server.data)], home, **environment())
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="session")
def drivers(
    clients: Clients, outside: Outside, tmp_path_factory: pytest.TempPathFactory
) -> Drivers:
    return Drivers(clients, tmp_path_factory.mktemp("home"), outside.environment())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A client's home, and the folder it works in."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def tool_names() -> list[str]:
    """The tools of the server under test, in their order."""
    return [spec.name for spec in TOOLS]
