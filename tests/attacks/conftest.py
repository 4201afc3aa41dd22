"""A fort for the tests of one file, and two people in it who have a device of theirs."""

from collections.abc import Iterator

import pytest

from tests.attacks.adversary import SUZUKI, TANAKA, Fort, a_fort
from tests.e2e.test_sign_in import Person


@pytest.fixture(scope="module")
def fort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fort]:
    with a_fort(tmp_path_factory.mktemp("fort")) as found:
        yield found


@pytest.fixture(scope="module")
def suzuki(fort: Fort) -> Person:
    return fort.enrolled(SUZUKI)


@pytest.fixture(scope="module")
def tanaka(fort: Fort) -> Person:
    return fort.enrolled(TANAKA)
