"""Every plan that real Terraform made can be reviewed: whole, well formed, in both languages."""

from __future__ import annotations

import pytest

from sekisho.terraform import json_text
from tests.breadth import broad
from tests.faces.consoles import a_review
from tests.faces.house import House
from tests.faces.test_console import page
from tests.fakes.readings import read_whole
from tests.plan_fixtures import PLANS, names


@pytest.mark.parametrize("name", broad(*names(), quick=range(0, len(names()), 5)))
def test_a_plan_of_real_terraform_can_be_reviewed(house: House, name: str):
    reading = read_whole(json_text.load(PLANS / f"{name}.json"))
    run = a_review(house, reading=reading)
    kept = house.engine.plans.reading(run.id)
    shown = page(house, f"/runs/{run.id}", "ja")
    printed = page(house, f"/runs/{run.id}/evidence")
    for change in kept.destructive:
        assert change.address in shown.text
        assert change.address in printed.text
    for code in kept.code:
        assert code.address in shown.text
    listed, path = shown.text, f"/runs/{run.id}"
    while found := page(house, path).all("a", rel="next"):
        path = found[0]["href"].partition("#")[0]
        listed += page(house, path).text
    for change in kept.rows:
        assert change.address in listed
    if kept.rows:
        last = kept.rows[-1]
        assert last.address in page(house, f"/runs/{run.id}?number={last.number}").text
