"""Asking a server for plans, and what holds of every answer about one."""

from __future__ import annotations

import json
import re
from typing import Any

from mcp import Client
from mcp.server import MCPServer
from mcp_types import TextContent

from sekisho.domain.actions import Action, Risk
from sekisho.domain.plan_changes import (
    CodeKind,
    CodeRun,
    ResourceChange,
    Side,
    ValueChange,
)
from sekisho.domain.plans import PlanReading, count
from sekisho.domain.reasons import Reason
from sekisho.domain.states import NO_STATE
from sekisho.mcp_server.tools import TOOLS
from sekisho.views.view import tokens as estimate

SUMMARY, DETAIL = 1500, 4000
Json = dict[str, Any]


def tokens(text: str) -> int:
    """An estimate of its own: words by fours, other signs in runs by twos, Japanese by one.

    Held against o200k_base and cl100k_base on these very answers: it counts 20 to 35 % more.
    """
    words = sum((len(w) + 3) // 4 for w in re.findall(r"[A-Za-z0-9]+", text))
    signs = sum((len(s) + 1) // 2 for s in re.findall(r"[^\sA-Za-z0-9\u0080-\U0010ffff]+", text))
    return words + signs + len(re.findall(r"[\u0080-\U0010ffff]", text))


async def asked(server: MCPServer, tool: str, **arguments: Any) -> tuple[str, Json]:
    """Call a tool; hold both forms of its answer against each other and its next steps to tools."""
    async with Client(server) as client:
        result = await client.call_tool(tool, arguments)
        schemas = {t.name: t.input_schema for t in (await client.list_tools()).tools}
    assert not result.is_error, result
    assert isinstance(result.content[0], TextContent)
    assert result.structured_content
    text, structured = result.content[0].text, result.structured_content
    agree(text, structured)
    leads_on(structured["next"], schemas)
    return text, structured


async def refused(server: MCPServer, tool: str, **arguments: Any) -> Json:
    """Call a tool that has to refuse; return the error."""
    async with Client(server) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error, result
    return (result.meta or {})["sekisho/error"]


def weighed(text: str, structured: Json) -> int:
    """Give the greater of two estimates of an answer's tokens, both forms together."""
    whole = json.dumps(structured, ensure_ascii=False, separators=(",", ":"))
    return max(tokens(text + whole), estimate(text) + estimate(whole))


_FLAGS = {
    "equal": "equal",
    "generated": "generated",
    "final": "final",
    "more": "there is more",
    "self_approval": "may approve",
    "ignored": "does not count",
}
"""How the text says that a flag is set."""


def agree(text: str, structured: Json) -> None:
    """Hold that every fact of one form is in the other."""
    said = _normal(text)
    rest = said
    for piece in sorted(set(_pieces(structured)), key=len, reverse=True):
        assert piece in said, f"only structured: {piece!r}\n{text}"
        rest = rest.replace(piece, " ")
    left = re.findall(r"""\S*[0-9"_\[\]#]\S*""", rest)
    assert [word for word in left if not _template(word)] == [], f"only in text: {left}\n{text}"


def _template(word: str) -> bool:
    """Say whether a word is one of the text's own."""
    return bool(re.fullmatch(r"0[,;:]?|\[\s*\]?|\]|\[?(?:safe|review)?\]?:?|-?\[?\]?:?", word))


def _pieces(value: Any, key: str = "") -> list[str]:
    if key in ("before", "after"):
        return [_normal(_compact(value))]
    if isinstance(value, dict):
        return [p for k, v in value.items() for p in (*_pieces(v, k), *_named(key, k, v))]
    if isinstance(value, list):
        return _each(value, key)
    if isinstance(value, bool):
        return [_FLAGS[key]] if value else []
    if isinstance(value, str):
        if key == "at":
            return [value[:10], value[11:19]]
        return [p for p in (_normal(value),) if p]
    return [] if value in (0, None) else [f"{value:g}" if isinstance(value, float) else str(value)]


def _each(values: list[Any], key: str) -> list[str]:
    return [p for v in values for p in _pieces(v, f"{key}[]")]


def _named(key: str, name: str, value: Any) -> list[str]:
    """Names of a tally are facts; those of a view are not."""
    tallies = ("risks", "actions", "not_shown", "left_out", "in_plan", "set_from", "extra")
    return [_normal(name)] if key in tallies and value else []


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())


_CALL = re.compile(r"\b([a-z]+_[a-z]+)\(([^()]*)\)")
_ARGUMENT = re.compile(r"(?:^|, )(\w+)=")


def leads_on(steps: list[str], schemas: dict[str, Any]) -> None:
    """Hold that steps name tools that exist, with arguments that these take."""
    assert steps
    assert set(schemas) == {t.name for t in TOOLS}
    for step in steps:
        for name, given in _CALL.findall(step):
            assert name in schemas, step
            taken = set(schemas[name]["properties"])
            assert set(_ARGUMENT.findall(given)) <= taken, step
            needed = set(schemas[name].get("required", ()))
            assert "…" in given or needed <= set(_ARGUMENT.findall(given)), step


def a_change(n: int, action: Action = Action.CREATE, risk: Risk = Risk.SAFE) -> ResourceChange:
    """One of many changes."""
    address = f'module.network["ap-northeast-1"].aws_iam_role.service_{n:05}'
    return ResourceChange(
        address=address,
        type="aws_iam_role",
        name=f"service_{n:05}",
        module='module.network["ap-northeast-1"]',
        block=f"module.network.aws_iam_role.service_{n:05}",
        action=action,
        actions=("delete", "create") if action is Action.REPLACE else (str(action),),
        risk=risk,
        forced_by=("assume_role_policy",) if action is Action.REPLACE else (),
        values=tuple(ValueChange(f"tags.key{i}", "old" * 20, f"{n} new" * 9) for i in range(30)),
    )


def an_update(n: int, **more: Any) -> ResourceChange:
    """One of many equal updates."""
    given: Json = {
        "address": f"aws_instance.web[{n}]",
        "type": "aws_instance",
        "name": "web",
        "action": Action.UPDATE,
        "actions": ("update",),
        "values": (ValueChange("tags.git_sha", "a1b2", "c3d4"),),
    }
    return ResourceChange(**(given | more))


def a_loss(n: int = 0, **more: Any) -> ResourceChange:
    """One of many databases that would be gone."""
    given: Json = {
        "address": f"aws_db_instance.main[{n}]",
        "type": "aws_db_instance",
        "name": "main",
        "action": Action.REPLACE,
        "actions": ("delete", "create"),
        "risk": Risk.IRREVERSIBLE,
        "reason": "replace_because_cannot_update",
        "forced_by": ("engine_version",),
        "why": (Reason("forced_by", (("paths", "engine_version"),)),),
        "values": (
            ValueChange("engine_version", "14.1", f"16.{n}"),
            ValueChange("arn", "arn:aws:rds", None, note="unknown"),
            ValueChange("password", "(sensitive)", "(sensitive)", note="sensitive", mark="ab"),
        ),
        "references": (("engine_version", ("var.engine", "local.versions")),),
    }
    return ResourceChange(**(given | more))


def a_reading(*changes: ResourceChange, **more: Any) -> PlanReading:
    """A plan of these changes."""
    whole = {
        "counts": count(changes, len(more.get("outputs", ())), len(more.get("drift", ())), 0),
        "changes": changes,
        "outputs": (),
        "position": NO_STATE,
        "terraform_version": "1.11.4",
    }
    return PlanReading(**(whole | more))


def a_large_reading(size: int) -> PlanReading:
    """A plan in which the dangerous changes come last, as the alphabet may have it."""
    kinds = [(Action.CREATE, Risk.SAFE)] * max(size - 3, 1)
    kinds += [(Action.REPLACE, Risk.DANGEROUS)] * (size - len(kinds))
    rows = tuple(a_change(n, action, risk) for n, (action, risk) in enumerate(kinds))
    code = (CodeRun(f"data.external.probe_{n}", CodeKind.EXTERNAL) for n in range(min(size, 30)))
    outputs = (ValueChange("site"), ValueChange("端点", after="x", side=Side.AFTER))
    return a_reading(*rows, outputs=outputs, code=tuple(code))
