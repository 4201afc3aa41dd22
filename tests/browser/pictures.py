"""Takes the pictures in docs/images again: `.venv/bin/python -m tests.browser.pictures`.

Needs Japanese fonts: apt-get install fonts-noto-cjk.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from sekisho.domain.targets import Target
from sekisho.domain.workspaces import Workspace
from tests.browser.conftest import chromium, opened
from tests.browser.servers import serving
from tests.faces.consoles import a_review
from tests.faces.house import build
from tests.faces.test_console import declare
from tests.fakes.clock import START

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "images"
MESSAGES = {
    "en": "Move the private subnets behind the transit gateway; upgrade the orders database.",
    "ja": "プライベートサブネットを Transit Gateway 配下へ移行し、受注 DB を更新します。",
}
LARGEST = 200_000


def main() -> None:
    """Take one picture a language, as an approver sees the page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        house = build(Path(folder))
        target = Target("spoke", "222222222222", "ap-northeast-1")
        declare(house, Workspace("network-prod", labels={"env": "prod"}, target=target))
        for language, message in MESSAGES.items():
            run = a_review(house, workspace="network-prod", message=message)
            with serving(house) as base, opened(browser, language) as page:
                page.clock.set_fixed_time(START)
                page.goto(f"{base}/runs/{run.id}")
                picture = FOLDER / f"review-{language}.png"
                page.screenshot(path=picture)
                assert picture.stat().st_size < LARGEST, picture


if __name__ == "__main__":
    main()
