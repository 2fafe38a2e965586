"""JSON bodies of published interfaces: written from models, read back with the place of every fault."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, PlainSerializer, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from network.cells import cell_text, exact
from network.errors import Finding, InputError, nearest

Amount = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
"""An exact number that is a plain number in JSON."""
_T = TypeVar("_T")


class Payload(BaseModel):
    """Base of the parts of a body: keys in camel case, no unknown ones, immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)


def write_payload(payload: Payload) -> bytes:
    """Return a body as a JSON document; what is None is left out."""
    return payload.model_dump_json(by_alias=True, exclude_none=True, indent=1).encode() + b"\n"


def read_payload(model: Any, data: bytes, file: str) -> Any:
    """Return a JSON document as a model, or any type that pydantic knows.

    Raises
    ------
    InputError
        With everything that is wrong: the line where it is no JSON, else the path of every key, as ``legs[0].arrival``.
    """
    content = read_json(data, file)
    try:
        return TypeAdapter(model).validate_python(content)
    except ValidationError as error:
        raise InputError(_findings(error, file)) from None


def read_json(data: bytes, file: str) -> Any:
    """Return the content of a JSON document; numbers with a fraction are exact.

    Raises
    ------
    InputError
        If it is no JSON in UTF-8, or an object has the same key twice.
    """
    twice: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice.extend(sorted({name for name in names if names.count(name) > 1}))
        return found

    try:
        text = data.decode("utf-8-sig")
        content = json.loads(text, parse_float=exact, parse_constant=_no_number, object_pairs_hook=unique)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise InputError(
            [_fault(file, row, "", f"bytes {data[error.start : error.start + 4].hex(' ')}", "UTF-8")]
        ) from None
    except json.JSONDecodeError as error:
        found = text[error.pos : error.pos + 20] or "the end of the file"
        raise InputError([_fault(file, error.lineno, "", found, f"JSON: {error.msg}")]) from None
    except (ValueError, RecursionError) as error:
        raise InputError([_fault(file, None, "", str(error), "JSON")]) from None
    if twice:
        raise InputError([_fault(file, None, name, name, "each key once in an object") for name in twice])
    return content


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _fault(file: str, row: int | None, where: str, value: str, expected: str, maybe: str = "") -> Finding:
    return Finding(file, row, where, value, expected, maybe, "FILE.JSON")


def _findings(error: ValidationError, file: str) -> Iterator[Finding]:
    for detail in error.errors(include_url=False):
        kind, found = detail["type"], detail["input"]
        shown = "nothing" if kind == "missing" else _shown(found)
        where = json_path(detail["loc"])
        if kind == "extra_forbidden":
            yield _fault(file, None, where, shown, "no such key")
            continue
        expected = "a value" if kind == "missing" else _plain(detail["msg"])
        words = [str(word).strip("' ") for word in str(detail.get("ctx", {}).get("expected", "")).split(",")]
        maybe = nearest(found, words) if kind == "literal_error" and isinstance(found, str) else ""
        yield Finding(file, None, where, shown, expected, maybe, "VALUE")


def json_path(keys: tuple[int | str, ...]) -> str:
    """Return the place in a JSON document as text.

    >>> json_path((0, "legs", 1, "arrival"))
    '[0].legs[1].arrival'
    """
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")


def _plain(message: str) -> str:
    for opening in ("Input should be ", "Value error, ", "Input should have "):
        message = message.removeprefix(opening)
    return message[:1].lower() + message[1:]


def _shown(value: Any) -> str:
    text = (
        json.dumps(value, ensure_ascii=False, default=cell_text)
        if isinstance(value, (dict, list))
        else cell_text(value)
    )
    return text if len(text) <= 60 else f"{text[:57]}..."
