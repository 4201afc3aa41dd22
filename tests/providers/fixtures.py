"""The mirror as a fixture; a folder's conftest.py imports it for the tests in it."""

import pytest

from tests.providers.make_mirror import Mirror, UnsupportedMachineError, make_mirror


@pytest.fixture(scope="session")
def provider_mirror() -> Mirror:
    """The provider mirror in `.cache/providers`, built where it is not there yet."""
    try:
        return make_mirror()
    except UnsupportedMachineError as error:
        pytest.skip(str(error))
