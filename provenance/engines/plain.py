"""Our frozen values as JSON and back, by the types of their fields. Pure.

What crosses to another machine is read again as what it was: nothing that is read is run. JSON is
ASCII, so that no text is too odd for what carries it.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def dumps(value: Any) -> str:
    """One of our values (dataclass, mapping, sequence of such, bytes, None) as JSON."""
    return json.dumps(_plain(value), ensure_ascii=True, separators=(",", ":"))


def loads(kind: type[T], text: str) -> T:
    """What ``dumps`` made of a value of this type."""
    value: T = _typed(kind, json.loads(text))
    return value


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(getattr(value, name)) for name in _fields(type(value))}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    # numpy's numbers stand in some places where ours do.
    return value.item() if hasattr(value, "item") else value


@cache
def _fields(kind: type[Any]) -> dict[str, Any]:
    """The fields of a dataclass, with their types."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _typed(next(one for one in inner if one is not type(None)), value)
    if origin is tuple:
        if len(inner) == 2 and inner[1] is ...:
            return tuple(_typed(inner[0], one) for one in value)
        return tuple(_typed(one, each) for one, each in zip(inner, value, strict=True))
    if origin is list:
        return [_typed(inner[0], one) for one in value]
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return kind(**{name: _typed(hint, value[name]) for name, hint in _fields(kind).items()})
    if kind is bytes:
        return base64.b64decode(value)
    return value
