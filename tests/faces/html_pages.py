"""Reads a page strictly: what is not well formed, accessible or ours is an AssertionError."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "input", "img", "br", "col"})
_OURS = """
    html head title script noscript body header footer nav main section aside article div span a p
    b i h1 h2 h3 ul ol li dl dt dd table thead tbody tr th td form label input textarea select
    option button details summary pre code time strong blockquote ins del kbd dialog caption
    colgroup figure svg g rect path text desc
"""
KNOWN = VOID | frozenset(_OURS.split())


class Html(HTMLParser):
    """`tags` are (name, attributes); `text` is everything a reader sees."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.titles = 0
        """Of the page; pictures have titles of their own."""
        self._open: list[str] = []
        self._ids: set[str] = set()
        assert page.startswith("<!DOCTYPE html>")
        self.feed(page)
        self.close()
        assert self._open == [], f"never closed: {self._open}"
        self._check_references()

    def all(self, name: str, /, **attributes: str) -> list[dict[str, str]]:
        """The attributes of every tag of this name that has these."""
        wanted = {k.rstrip("_").replace("_", "-"): v for k, v in attributes.items()}
        return [a for n, a in self.tags if n == name and wanted.items() <= a.items()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in KNOWN, tag
        names = [n for n, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        found = {n: v or "" for n, v in attrs}
        assert not [n for n in found if n.startswith("on") or n in ("style", "srcdoc")], found
        for link in ("href", "src", "action"):
            assert found.get(link, "/").startswith(("/", "#", "?")), found
            assert not found.get(link, "/").startswith("//"), found
        assert tag != "script" or found["src"].startswith("/assets/")
        if "id" in found:
            assert found["id"] not in self._ids, found["id"]
            self._ids.add(found["id"])
        self.titles += tag == "title" and "svg" not in self._open
        self.tags.append((tag, found))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag not in VOID, tag
        assert self._open, tag
        assert self._open[-1] == tag, (self._open, tag)
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script":
            assert not data.strip()
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def _check_references(self) -> None:
        labels = {a["for"] for a in self.all("label") if "for" in a}
        assert labels <= self._ids
        for name, a in self.tags:
            for reference in ("aria-labelledby", "aria-describedby"):
                assert self._ids.issuperset(a.get(reference, "").split()), (name, a)
            if name in ("input", "textarea") and a.get("type") != "hidden":
                assert a.get("id") in labels, (name, a)
        assert len(self.all("main")) == 1
        assert self.all("html")[0]["lang"] in ("en", "ja")
        assert self.titles == 1
        assert self.all("a", class_="skip")[0]["href"] == "#main"
