"""A scanner in memory: it knows a few mistakes, and reads a configuration by its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sekisho.domain.errors import ScannerFailed, ScannerMissing, SekishoError
from sekisho.domain.scans import ScanFinding, Severity
from sekisho.ports import Scanned, ScanOrder

_BLOCK = re.compile(r'resource\s+"(?P<type>\w+)"\s+"(?P<name>[^"]+)"\s*\{(?P<body>[^}]*)\}')
_SKIP = re.compile(r"checkov:skip=(?P<check>\w+):(?P<why>.*)")
KNOWN = {
    "public": (
        "aws_s3_bucket",
        "CKV_AWS_20",
        Severity.CRITICAL,
        re.compile('acl\\s*=\\s*"public-read"'),
    ),
    "unversioned": ("aws_s3_bucket", "CKV_AWS_21", Severity.MEDIUM, re.compile(r"(?s).*")),
    "weak": ("terraform_data", "CKV_DATA_1", Severity.HIGH, re.compile("weak")),
    "untagged": ("terraform_data", "CKV_DATA_2", Severity.LOW, re.compile("plain")),
}


class FakeScanner:
    """The port `Scanner`: `installed` is its version; `error` is what the coming scans raise."""

    def __init__(self, installed: str = "3.3.30") -> None:
        self.installed = installed
        self.error: SekishoError | None = None
        self.scans = 0

    def version(self) -> str:
        return self.installed

    def scan(self, order: ScanOrder) -> Scanned:
        self.scans += 1
        if not self.installed:
            raise ScannerMissing
        if self.error:
            raise self.error
        if not Path(order.folder).is_dir():
            raise ScannerFailed(problem="there is nothing to scan")
        found = [f for path in sorted(Path(order.folder).rglob("*.tf")) for f in _look(path, order)]
        return Scanned("checkov", self.installed, tuple(sorted(found, key=lambda f: f.order)))

    def close(self) -> None:
        self.installed = ""


def _look(path: Path, order: ScanOrder) -> Iterator[ScanFinding]:
    text, file = path.read_text(encoding="utf-8"), str(path.relative_to(order.folder))
    if text.count("{") != text.count("}"):
        name = "Ensure every file can be read by the scanner"
        yield ScanFinding("SEKISHO_UNREAD", name, Severity.HIGH, "sekisho", file=file)
        return
    for block in _BLOCK.finditer(text):
        skips = {m["check"]: m["why"].strip() for m in _SKIP.finditer(block["body"])}
        for name, (type_, check, severity, wrong) in KNOWN.items():
            if block["type"] != type_ or not wrong.search(block["body"]):
                continue
            yield ScanFinding(
                check,
                f"Ensure it is not {name}",
                severity,
                "terraform",
                address=f"{block['type']}.{block['name']}",
                file=file,
                line=text.count("\n", 0, block.start()) + 1,
                last_line=text.count("\n", 0, block.end()) + 1,
                skip=skips.get(check, ""),
            )
