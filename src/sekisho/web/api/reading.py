"""Requests, read by the same declarations that the document is made from."""

import re
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from sekisho.domain.errors import (
    ArgumentsInvalid,
    CursorInvalid,
    MediaTypeWrong,
    SekishoError,
)
from sekisho.views.problems import unfit
from sekisho.views.view import one_line
from sekisho.web.bodies import whole_body

JSON = "application/json"
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)

M = TypeVar("M", bound=BaseModel)


def query_of(request: Request, model: type[M]) -> M:
    """Read the query.

    Raises:
        CursorInvalid: the cursor is none that this server gives.
        ArgumentsInvalid: a parameter is unknown, there twice, or not of its form.
    """
    given: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        form: Any = field.annotation if (field := model.model_fields.get(name)) else None
        if get_origin(form) is list:
            (element,) = get_args(form)
            forms = {element, *get_args(element)[:1]}  # as it is, or with bounds around it
            given.setdefault(name, []).append(_meant(value, forms))
        elif name in given:
            raise ArgumentsInvalid(problem=f"{one_line(name, 60)} is there twice")
        else:
            given[name] = _meant(value, {form, *get_args(form)})
    try:
        return model.model_validate(given, strict=True)
    except ValidationError as error:
        raise _unfit(error, tuple(model.model_fields)) from None


def _meant(text: str, forms: set[Any]) -> str | int | bool:
    """Read a number or a truth as JSON writes it; what is neither stays text, and is refused."""
    if int in forms and _WHOLE.fullmatch(text):
        return int(text)
    if bool in forms and text in ("true", "false"):
        return text == "true"
    return text


async def body_of(request: Request, model: type[M], cap: int, *, needed: bool) -> M:
    """Read a JSON body; an empty one stands for an empty object where none is needed.

    Raises:
        BodyTooLarge: it is longer than any call needs.
        MediaTypeWrong: it says that it is something else than JSON.
        ArgumentsInvalid: it is not what `model` says; values are not repeated.
    """
    raw = await whole_body(request, cap)
    if not raw and not needed:
        return model()
    kind = request.headers.get("content-type")
    if raw and kind is not None and kind.partition(";")[0].strip().casefold() != JSON:
        raise MediaTypeWrong(wanted=JSON)
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        raise _unfit(error, tuple(model.model_fields)) from None


def _unfit(error: ValidationError, allowed: tuple[str, ...]) -> SekishoError:
    """Say what does not fit; where it is a cursor, that it is none."""
    rows = error.errors(include_input=False, include_url=False, include_context=False)
    if any(row["loc"][:1] == ("cursor",) for row in rows):
        return CursorInvalid()
    return unfit(error, allowed, "body")
