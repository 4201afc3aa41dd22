"""Forty seconds of schemathesis; `make fuzz-api` takes ten."""

import pytest

from tests.fuzz.fuzz import fuzz

pytestmark = [pytest.mark.long, pytest.mark.timeout(500)]


def test_the_api_does_what_its_document_says():
    found = fuzz(40, seed=1)
    assert found.code == 0, found.said + found.server
    assert "Tested: " in found.said
    assert "api.failed" not in found.server
