"""The review of a plan as an MCP App: hosts that show one put it beside the answer of `plan_get`.

It is read only, shows what the tool answered and nothing else, and reaches no network. Approving
is done on the review page, to which it leads. Where a host knows no apps, nothing changes.
"""

import functools
from pathlib import Path

from mcp.server.apps import Apps, ResourceCsp

REVIEW_URI = "ui://sekisho/review.html"
_PAGE = Path(__file__).with_name("review_app.html")


@functools.cache
def _page() -> str:
    return _PAGE.read_text(encoding="utf-8")


def review_app() -> Apps:
    """Make the extension: one page, which may load nothing and connect to nowhere."""
    apps = Apps()
    apps.add_html_resource(
        REVIEW_URI,
        _page(),
        name="review",
        title="Review of a plan",
        description="What a plan would do, read only; shown by hosts beside plan_get",
        csp=ResourceCsp(connect_domains=[], resource_domains=[]),
        prefers_border=True,
    )
    return apps
