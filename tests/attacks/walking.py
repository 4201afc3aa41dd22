"""A walk through every face of a running server, which keeps every byte that comes back."""

from __future__ import annotations

import contextlib
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sekisho.cli.main import build_parser, main
from sekisho.cli.usage import commands_of
from sekisho.mcp_server.prompts import PROMPTS
from sekisho.mcp_server.spec import ToolSpec
from sekisho.mcp_server.tools import TOOLS
from sekisho.web.api.operations import Operation
from sekisho.web.api.registry import OPERATIONS
from sekisho.web.console import PAGES
from tests.attacks.asking import (
    Arguments,
    Asked,
    Known,
    NoWalkError,
    addresses_of,
    operation_arguments,
    questions,
    tool_arguments,
)
from tests.attacks.forks import forks
from tests.attacks.searching import Body

ACCEPT = {"accept": "application/json, text/event-stream"}
_LONGEST = 400
"""Pages of one answer that are read."""
LANGUAGES = ("en", "ja")
CHANGING = {
    "config_upload",
    "config_validate",
    "config_format",
    "plan_create",
    "run_apply",
    "run_cancel",
    "run_discard",
}
"""Tools with questions of their own (`changing`)."""


class Walker:
    """Asks a server at `url` with a key, and keeps what it answers."""

    def __init__(self, url: str, headers: Mapping[str, str], known: Known) -> None:
        self.known = known
        self.bodies: list[Body] = []
        self.answered = Counter[str]()
        """How often each tool, operation and page answered with what was asked for."""
        self._http = httpx2.Client(base_url=url, timeout=60)
        self._headers = dict(headers)

    def close(self) -> None:
        self._http.close()

    def walk(self, wrong: str = "") -> None:
        """Visit everything; `wrong` is a secret that is sent where nothing like it belongs."""
        self.tools(wrong)
        self.rest_of_mcp()
        self.api(wrong)
        self.pages()
        silent = [name for name, count in self.answered.items() if not count]
        assert not silent, f"these only ever refused: {silent}"

    def keep(self, face: str, what: str, answer: httpx2.Response) -> httpx2.Response:
        head = "\n".join(f"{k}: {v}" for k, v in answer.headers.items())
        self.bodies.append(Body(face, f"{what} → {answer.status_code}", answer.content))
        self.bodies.append(Body(face, f"headers of {what}", head.encode()))
        assert answer.status_code < 500, (face, what, answer.text[:2000])
        return answer

    # --- agents ---------------------------------------------------------------------------------

    def rpc(self, method: str, **params: Any) -> dict[str, Any]:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        headers = {**ACCEPT, **self._headers}
        answer = self._http.post("/mcp", json=body, headers=headers)
        what = f"{method} {json.dumps(params, ensure_ascii=False)[:300]}"
        text = self.keep("MCP", what, answer).text
        data = [line[6:] for line in text.splitlines() if line.startswith("data: ")]
        return json.loads(data[-1] if data else text)

    def tools(self, wrong: str) -> None:
        for spec in TOOLS:
            asked = tool_arguments(spec)
            self.answered[spec.name] += 0
            if spec.name in CHANGING:
                for arguments in changing(spec, self.known):
                    self.rpc("tools/call", name=spec.name, arguments=arguments)
                self.answered[spec.name] += 1  # it is enough that it was asked
            else:
                for arguments in _fresh(questions(self.known, asked)):
                    self._paged_tool(spec, asked, arguments)
            if wrong:
                given = {"name": spec.name, "arguments": {"password": wrong, "run_id": [wrong]}}
                assert "error" in json.dumps(self.rpc("tools/call", **given)).lower()

    def _paged_tool(self, spec: ToolSpec, asked: list[Asked], arguments: Arguments) -> None:
        pages = any(a.name == "cursor" for a in asked)
        for _ in range(_LONGEST):
            answer = self.rpc("tools/call", name=spec.name, arguments=arguments)
            result: Any = answer.get("result") or {}
            self.answered[spec.name] += not result.get("isError", "error" in answer)
            cursor = _next(result.get("structuredContent") or {}, arguments) if pages else None
            if cursor is None:
                return
            arguments = {**arguments, "cursor": cursor}
        raise AssertionError((spec.name, arguments, "has no end"))

    def rest_of_mcp(self) -> None:
        for method in ("tools/list", "prompts/list", "resources/list", "resources/templates/list"):
            answer = self.rpc(method)
            for resource in answer.get("result", {}).get("resources", ()):
                self.rpc("resources/read", uri=resource["uri"])
        for make, _, _ in PROMPTS:
            for language in ("en", "ja"):
                given = {"workspace": self.known.workspaces[0], "change": "x", "language": language}
                if "run_id" in make.__annotations__:
                    given = {"run_id": self.known.runs[0], "language": language}
                self.rpc("prompts/get", name=make.__name__, arguments=given)

    # --- programs -------------------------------------------------------------------------------

    def api(self, wrong: str) -> None:
        for document in ("/api/v1/openapi.json", "/api/v1", "/healthz", "/healthz/ready", "/mcp"):
            self.keep("API", document, self._http.get(document, headers=self._headers))
        for operation in OPERATIONS:
            if operation.method != "GET":
                if wrong:
                    self._refused(operation, wrong)
                continue
            asked = operation_arguments(operation)
            self.answered[operation.place] += 0
            for arguments in _fresh(questions(self.known, asked)):
                self._paged_operation(operation, arguments)
                if operation.streams:
                    self._get(operation, arguments, "text/event-stream")
            for accept in ("text/markdown", "text/html", "*/*"):
                first = next(questions(self.known, asked), None)
                if first is not None:
                    self._get(operation, first, accept)

    def _refused(self, operation: Operation[Any, Any], wrong: str) -> None:
        parts = dict.fromkeys(operation.parts, self.known.runs[0])
        if "secret" in parts:
            return  # an upload address is a secret of its own
        path = operation.place.format(**parts)
        body = {"password": wrong, "message": {"token": wrong}, "reason": [wrong]}
        headers = {**self._headers, "content-type": "application/json"}
        answer = self._http.request(operation.method, path, json=body, headers=headers)
        self.keep("API", f"{operation.method} {path} with a wrong body", answer)
        assert answer.status_code >= 400, path

    def _get(
        self, operation: Operation[Any, Any], arguments: Arguments, accept: str = "application/json"
    ) -> httpx2.Response:
        parts = {p: str(arguments[p]) for p in operation.parts}
        query = {k: _written(v) for k, v in arguments.items() if k not in parts}
        path = operation.place.format(**parts)
        headers = {**self._headers, "accept": accept}
        answer = self._http.get(path, params=query, headers=headers)
        self.answered[operation.place] += answer.status_code == 200
        return self.keep("API", f"{operation.name} {arguments} as {accept}", answer)

    def _paged_operation(self, operation: Operation[Any, Any], arguments: Arguments) -> None:
        pages = "cursor" in operation.query.model_fields
        for _ in range(_LONGEST):
            answer = self._get(operation, arguments)
            json_body = "json" in answer.headers.get("content-type", "")
            found: Any = answer.json() if json_body and answer.status_code == 200 else {}
            cursor = _next(found, arguments) if pages else None
            if cursor is None:
                return
            arguments = {**arguments, "cursor": cursor}
        raise AssertionError((operation.name, arguments, "has no end"))

    # --- people ---------------------------------------------------------------------------------

    def pages(self) -> None:
        for page in PAGES:
            if page.method != "GET":
                continue
            self.answered[page.path] += 0
            for number, address in enumerate(_fresh(addresses_of(self.known, page))):
                # Every page in both languages, each of its questions in one of them.
                for language in ("en", "ja") if "?" not in address else (LANGUAGES[number % 2],):
                    mark = "&" if "?" in address else "?"
                    where = f"{address}{mark}lang={language}"
                    answer = self._http.get(where, follow_redirects=True)
                    self.answered[page.path] += answer.status_code == 200
                    self.keep("console", where, answer)


def _fresh(asked: Iterator[Any]) -> Iterator[Any]:
    """Leave out what was asked before."""
    seen: set[str] = set()
    for each in asked:
        key = json.dumps(each, sort_keys=True, default=str)
        if key not in seen:
            seen.add(key)
            yield each


def _next(answer: Mapping[str, Any], before: Arguments) -> Any:
    """Return the cursor of the next page, None at the end."""
    cursor = answer.get("cursor")
    if answer.get("more") is False or cursor in (None, "", before.get("cursor")):
        return None
    return cursor if answer.get("more") or "more" not in answer else None


def _written(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def changing(spec: ToolSpec, known: Known) -> Iterator[Arguments]:
    """Yield questions of the tools that do something: they are refused, or only look."""
    workspace, run = known.workspaces[0], known.runs[0]
    for name in known.workspaces if spec.name == "config_upload" else ():
        yield {"workspace": name}
    for files in known.files if spec.name == "config_validate" else ():
        yield {"workspace": workspace, "files": files}
    for configuration in known.configurations if spec.name == "config_validate" else ():
        yield {"workspace": workspace, "configuration": configuration}
    if spec.name == "config_format":
        # What can be formatted comes back as the caller sent it: that is what it is for.
        yield from ({"files": files} for files in known.files if " extra\n" in files["main.tf"])
    if spec.name == "plan_create":
        yield {"workspace": workspace, "folder": True, "git_ref": "main", "targets": ["a.b"]}
        yield {"workspace": "nowhere", "files": known.files[0] if known.files else {}}
    if spec.name.startswith("run_"):
        yield {"run_id": run} | ({} if spec.name == "run_apply" else {"reason": "it is over"})


# --- operators ----------------------------------------------------------------------------------

COMMANDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "run list": ((), ("--limit", "200"), ("--workspace", "{workspace}"), ("--status", "errored")),
    "run get": (("{run}",),),
    "run log": (("{run}",),),
    "plan show": (
        *(("{run}",), ("{run}", "--full"), ("{run}", "--no-fold", "--lang", "ja")),
        *(("{run}", "--markdown"), ("{run}", "--changes", "1", "2", "--color", "always")),
    ),
    "gate simulate": (
        *(("--plan", "{run}"), ("--plan", "{run}", "--at", "2026-12-01T23:00", "--lang", "ja")),
        ("--plan", "{run}", "--at", "2026-12-01T23:00", "--tz", "Europe/Paris"),
    ),
    "scan show": (
        *(("{run}",), ("{run}", "--severity", "critical")),
        ("{run}", "--severity", "low", "--severity", "medium"),
    ),
    "workspace list": ((),),
    "workspace get": (("{workspace}",),),
    "audit list": (("--limit", "1000"), ("--run", "{run}")),
    "audit verify": ((),),
    "audit key": ((),),
    "audit evidence": (("{run}",),),
    "audit export": (
        *(("--format", "jsonl", "--no-bom"), ("--format", "csv", "--zone", "Asia/Tokyo", "--bom")),
        ("--format", "csv", "--language", "ja", "--month", "{month}"),
    ),
    "access report": (
        *((), ("--format", "csv", "--zone", "Asia/Tokyo", "--bom")),
        ("--format", "csv", "--language", "ja", "--no-bom"),
    ),
    "token list": ((),),
    "server status": ((),),
    "person list": ((),),
    "config check": (
        (),
        ("--explain", "{workspace}"),
        ("--explain", "{workspace}", "--lang", "ja"),
    ),
    "doctor": ((),),
}
"""Command → the ways to call it; each is also asked for JSON where it knows that."""
SILENT = {
    "serve": "runs the server",
    "streamable-http": "runs the server",
    "http": "runs the server",
    "stdio": "speaks MCP, whose answers are walked over HTTP",
    "worker": "runs plans",
    "run apply": "shows the run that `run get` shows",
    "run cancel": "shows the run that `run get` shows",
    "run discard": "shows the run that `run get` shows",
    "plan create": "shows the run that `run get` shows",
    "audit verify-evidence": "says what holds in the file that `audit evidence` writes",
    "approve": "opens a browser",
    "push": "works on the laptop's files",
    "server stop-all": "says the reason that was given to it",
    "server resume": "says one word",
    "workspace lock": "says one word",
    "workspace unlock": "says one word",
    "lock": "says one word",
    "unlock": "says one word",
    "token create": "shows a key, for once",
    "token revoke": "says one word",
    "person enroll": "shows a code, for once",
    "person release": "says one word",
    "person forget-passkeys": "says a number",
    "person sign-out": "says a number",
    "store prune": "says a number",
    "scan setup": "says a version and a folder",
    "scan status": "says a version and a folder",
    "config schema": "prints the schema, which is in docs/reference",
    "client add": "works on the laptop's files",
    "client remove": "works on the laptop's files",
    "client list": "works on the laptop's files",
    "completion": "prints a script",
    "help": "prints help",
}
"""Commands that show nothing of runs, and why."""
OF_THE_HOST = ("access", "audit", "token", "person", "server", "config", "doctor")
"""Commands that open the stores themselves: they get a process of their own."""
_EVERYWHERE = {
    *("-h", "--help", "--color", "--server", "--data-dir", "--config", "--root"),
    *("--json", "--follow", "--after", "--ca-file", "--host", "--timeout"),
    *("--output", "--anchors"),
}
"""Options that show nothing else."""


def commands(parser: Any = None, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command with its parser."""
    for word, below in commands_of(parser or build_parser()).items():
        name = f"{before} {word}".strip()
        if commands_of(below):
            yield from commands(below, name)
        else:
            yield name, below


def command_lines(known: Known) -> Iterator[tuple[str, ...]]:
    """Yield every command line that shows something."""
    for name, parser in commands():
        if name in SILENT:
            continue
        if name not in COMMANDS:
            raise NoWalkError(f"no sentinel walk for the command {name}")
        options = {option for action in parser._actions for option in action.option_strings}
        asked = {word for words in COMMANDS[name] for word in words}
        if left := options - _EVERYWHERE - asked:
            raise NoWalkError(f"no sentinel walk for {sorted(left)} of the command {name}")
        for words in COMMANDS[name]:
            for filled in _filled(words, known):
                yield *name.split(), *filled
                if "--json" in options:
                    yield *name.split(), *filled, "--json"


def _filled(words: tuple[str, ...], known: Known) -> Iterator[tuple[str, ...]]:
    subjects = [("{run}", known.runs), ("{workspace}", known.workspaces)]
    subjects.append(("{month}", (f"{datetime.now(UTC):%Y-%m}",)))
    mark, values = next(((m, v) for m, v in subjects if m in words), ("", ("",)))
    for value in values:
        yield tuple(value if word == mark else word for word in words)


def run_commands(known: Known, url: str, data: Path, config: Path) -> Iterator[Body]:
    """Call every command line; yield what it prints."""
    more = {"SEKISHO_URL": url, "SEKISHO_DATA_DIR": str(data), "SEKISHO_CONFIG": str(config)}
    with pytest.MonkeyPatch.context() as patch, forks(**more) as apart:
        for name, value in more.items():
            patch.setenv(name, value)
        for words in command_lines(known):
            call = apart.call if words[0] in OF_THE_HOST else _here
            yield Body("command line", " ".join(words), call(words))


def _here(words: tuple[str, ...]) -> bytes:
    """Call a command that asks the server; a process for each would take most of the time."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        main(words)
    assert "internal_error" not in err.getvalue(), (words, err.getvalue())
    return f"{out.getvalue()}\n{err.getvalue()}".encode()
