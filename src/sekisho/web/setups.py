"""Connecting an IDE without the client: each in two lines. No token is in a link."""

import json
from dataclasses import dataclass

from markupsafe import Markup, escape
from starlette.responses import Response

from sekisho.web.visits import Console, Page, Visit
from sekisho_client import ides
from sekisho_client.settings import is_loopback


@dataclass(frozen=True)
class Way:
    """How one IDE is connected: by a link or a command, and what that writes where.

    Markup: our own text and the operator's address, escaped here. The net that masks what looks
    like a credential would take the name of the variable for one.
    """

    name: str
    title: str
    file: str
    entry: Markup
    link: Markup | None
    command: Markup


def ways(base_url: str) -> tuple[Way, ...]:
    """Work out every IDE's way to this server."""
    connection = ides.connect(base_url)
    found: list[Way] = []
    for ide in ides.IDES.values():
        entry = ide.entry(connection)
        written = json.dumps({ide.key: {ides.NAME: entry}}, indent=2, ensure_ascii=False)
        link = escape(ide.link(ides.NAME, entry)) if ide.link else None
        words = ["sekisho", "client", "add", ide.name, "--server", base_url]
        if ide is ides.CLAUDE:
            words = ides.claude_command(ides.NAME, connection)
        command = escape(ides.shell_words(words))
        file = "/".join(ide.project)
        found.append(Way(ide.name, ide.title, file, escape(written), link, command))
    return tuple(found)


def _show(console: Console, visit: Visit) -> Response:
    base_url = console.options.base_url
    return console.render(
        visit,
        "setup.html",
        ways=ways(base_url),
        base_url=base_url,
        local=is_loopback(base_url),
        variable=ides.TOKEN_VARIABLE,
    )


PAGES = (Page("/setup", _show),)
