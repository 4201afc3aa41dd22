"""The OpenAPI document, made from the declarations and the schemas of the views."""

import functools
import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from sekisho.domain import errors as e
from sekisho.domain.errors import SekishoError
from sekisho.views.http_errors import http_status
from sekisho.views.problems import ErrorView
from sekisho.web.api.operations import PARTS, Nothing, Operation
from sekisho.web.api.registry import OPERATIONS
from sekisho.web.api.streams import EVENT_STREAM

_REFERENCE = "#/components/schemas/{model}"
_CREDENTIAL = (e.CredentialNeeded, e.CredentialInvalid, e.PowerMissing)
_BODY = (e.BodyTooLarge, e.MediaTypeWrong)
_ALWAYS = (e.ArgumentsInvalid, e.StoreUnavailable, SekishoError)
_SEEN = "ETag of an answer before: 304 where nothing has changed since"
_HELD = "ETag of the run as it was last read: 412 (`run_changed`) where it has moved since"

Json = dict[str, Any]


@functools.cache
def document_bytes(version: str) -> bytes:
    """Return the document as it is served."""
    return json.dumps(openapi(version), ensure_ascii=False, separators=(",", ":")).encode()


def openapi(version: str) -> Json:
    """Return the OpenAPI 3.1 document of every call."""
    schemas, references = _schemas()
    paths: dict[str, Json] = {}
    refusals: dict[str, Json] = {}
    for operation in OPERATIONS:
        path = paths.setdefault(operation.place, {})
        path[operation.method.lower()] = _operation(operation, references)
        for status, found in _refusals(operation).items():
            refusals[_name(status, found)] = _bad(status, found)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sekisho",
            "version": version,
            "summary": "A central Terraform server for AI agents",
            "description": (
                "What the MCP tools offer, for scripts and pipelines. No call approves: that takes "
                "a person, in the console. Lists take `cursor` and `limit` and answer `cursor`, "
                "null at their end. Codes of errors are stable: docs/reference/errors.md."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "tags": [{"name": name} for name in dict.fromkeys(map(_tag, OPERATIONS))],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": dict(sorted(refusals.items())),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key, from `sekisho token create`, or a token of the provider",
                }
            },
        },
    }


References = Mapping[tuple[type[BaseModel], JsonSchemaMode], Json]


def _schemas() -> tuple[Json, References]:
    """Return the schemas of all that goes in and out, and how each is referred to."""
    out = {op.answers for op in OPERATIONS if op.answers} | {ErrorView}
    into = {op.body for op in OPERATIONS}
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        *((model, "serialization") for model in sorted(out, key=lambda m: m.__name__)),
        *((model, "validation") for model in sorted(into, key=lambda m: m.__name__)),
    ]
    references, made = models_json_schema(wanted, ref_template=_REFERENCE)
    return cast("Json", made["$defs"]), cast("References", references)


def _tag(operation: Operation[Any, Any]) -> str:
    """Return the noun: the file that the call is in."""
    return operation.handler.__module__.rpartition(".")[2]


def _operation(operation: Operation[Any, Any], references: References) -> Json:
    summary, _, rest = (operation.handler.__doc__ or "").strip().partition("\n\n")
    made: Json = {
        "operationId": operation.name,
        "tags": [_tag(operation)],
        "summary": _one_line(summary).rstrip("."),
        "parameters": list(_parameters(operation)),
        "responses": _responses(operation, references),
    }
    if rest:
        made["description"] = _one_line(rest)
    if operation.power is None:
        made["security"] = []
    else:
        made["x-power"] = operation.power
    if operation.has_body:
        made["requestBody"] = _body(operation, references)
    return made


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _parameters(operation: Operation[Any, Any]) -> Iterator[Json]:
    for name in operation.parts:
        about, longest = PARTS[name]
        schema = {"type": "string", "minLength": 1, "maxLength": longest}
        yield {"name": name, "in": "path", "required": True, "description": about, "schema": schema}
    form = operation.query.model_json_schema()
    for name, schema in cast("dict[str, Json]", form.get("properties", {})).items():
        yield {
            "name": name,
            "in": "query",
            "required": name in form.get("required", ()),
            "description": _about(schema),
            "schema": _plain(schema, form.get("$defs", {})),
        }
    if operation.method == "GET":
        yield _header("If-None-Match", _SEEN)
    if operation.holds:
        yield _header("If-Match", _HELD)
    if operation.streams:
        yield _header("Last-Event-ID", "The last event that came: the stream goes on after it")


def _header(name: str, about: str) -> Json:
    schema = {"type": "string"}
    return {"name": name, "in": "header", "required": False, "description": about, "schema": schema}


def _about(schema: Json) -> str:
    found = (schema, *schema.get("anyOf", ()))
    return next((f["description"] for f in found if "description" in f), "")


def _plain(schema: Json, definitions: Json) -> Json:
    """Return the schema of a parameter: what is not given is left out, never null."""
    choices: list[Json] = [c for c in schema.get("anyOf", ()) if c.get("type") != "null"]
    merged: Json = {**schema, **(choices[0] if choices else {})}
    if "$ref" in merged:
        merged |= definitions[str(merged["$ref"]).rpartition("/")[2]]
    left_out = {"anyOf", "title", "description", "$ref"}
    if merged.get("default", ...) is None:
        left_out.add("default")
    return {k: v for k, v in merged.items() if k not in left_out}


def _body(operation: Operation[Any, Any], references: References) -> Json:
    if operation.takes != "application/json":
        return {"required": False, "content": {operation.takes: {"schema": {"format": "binary"}}}}
    schema = references[operation.body, "validation"]
    needed = operation.body_needed and operation.body is not Nothing
    return {"required": needed, "content": {operation.takes: {"schema": schema}}}


def _responses(operation: Operation[Any, Any], references: References) -> Json:
    made: dict[str, Json] = {}
    if operation.answers:
        made["200"] = _good(operation, references)
    if operation.method == "GET":
        made["304"] = {"description": "As it was when `If-None-Match` was given"}
    for status, found in _refusals(operation).items():
        made[str(status)] = {"$ref": f"#/components/responses/{_name(status, found)}"}
    return made


def _refusals(operation: Operation[Any, Any]) -> dict[int, list[type[SekishoError]]]:
    """Return which errors a call may give, by status."""
    by_status: dict[int, list[type[SekishoError]]] = {}
    for error in sorted(errors_of(operation), key=lambda e: e.code):
        by_status.setdefault(http_status(error()), []).append(error)
    return dict(sorted(by_status.items()))


def _name(status: int, found: list[type[SekishoError]]) -> str:
    return ".".join((str(status), *(error.code for error in found)))


def errors_of(operation: Operation[Any, Any]) -> set[type[SekishoError]]:
    """Return every error that a call may give."""
    return {
        *operation.raises,
        *([e.CursorInvalid] if "cursor" in operation.query.model_fields else []),
        *(_CREDENTIAL if operation.power else ()),
        *(_BODY if operation.has_body and operation.takes == "application/json" else ()),
        *_ALWAYS,
    }


def _good(operation: Operation[Any, Any], references: References) -> Json:
    schema = references[cast("Any", operation.answers), "serialization"]
    json_ = operation.media == "application/json"
    content: Json = {operation.media: {"schema": schema if json_ else {"type": "string"}}}
    if operation.streams:
        content[EVENT_STREAM] = {"schema": {"type": "string"}}
    tag = {"description": "Names this very answer", "schema": {"type": "string"}}
    made: Json = {"description": "Done", "headers": {"ETag": tag}, "content": content}
    if operation.links:
        made["links"] = {
            name: {"operationId": name, "parameters": {part: f"$response.body#{place}"}}
            for name, (part, place) in operation.links.items()
        }
    return made


def _bad(status: int, found: list[type[SekishoError]]) -> Json:
    code = {"properties": {"code": {"enum": [error.code for error in found]}}}
    shape = {"$ref": _REFERENCE.format(model=ErrorView.__name__)}
    schema = {
        "type": "object",
        "properties": {"error": {"allOf": [shape, code]}},
        "required": ["error"],
        "additionalProperties": False,
    }
    said = "; ".join(f"`{error.code}`" for error in found)
    return {
        "description": f"{HTTPStatus(status).phrase}: {said}",
        "content": {"application/json": {"schema": schema}},
    }
