"""The base of everything that users declare: frozen, strict, camelCase outside."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from .durations import PATTERN, format_duration, parse_duration
from .errors import InvalidSpec, field_path


class Declared(BaseModel):
    """A part of a declaration. Unknown fields are refused: a gate that is silently passed is the worst bug."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True, validate_default=True
    )


D = TypeVar("D", bound=Declared)


def _duration(value: Any) -> Any:
    return parse_duration(value) if isinstance(value, str) else value


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(format_duration),
    WithJsonSchema({"type": "string", "pattern": PATTERN, "maxLength": 32}),
]


def _bounded(timeout: timedelta) -> timedelta:
    """A timeout of zero would wait for ever."""
    if not timedelta(milliseconds=100) <= timeout <= timedelta(seconds=30):
        message = "must be at least 100ms and at most 30s"
        raise ValueError(message)

    return timeout


Timeout = Annotated[Duration, AfterValidator(_bounded)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", min_length=1, max_length=63)]
ObjectName = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", min_length=1, max_length=253)]
Hostname = Annotated[
    str, Field(pattern=r"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", max_length=253)
]
NUMBER = r"^[0-9]{1,12}(\.[0-9]{1,9})?%?$"
Number = Annotated[str, Field(pattern=NUMBER, max_length=24)]


def number(text: str) -> Decimal:
    """`1%` or `0.01` as the same number."""
    return Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)


def _below_one(text: str) -> str:
    """A bound of all requests would let an outage pass."""
    if number(text) >= 1:
        message = "must be a share below 1, such as 5% or 0.05"
        raise ValueError(message)

    return text


Share = Annotated[Number, AfterValidator(_below_one)]


# A PodTemplateSpec has a dozen levels. What reads one further on may go down a level with each call.
DEEPEST = 64


def _opaque(value: Any) -> Any:
    if not isinstance(value, dict):
        message = "must be an object"
        raise ValueError(message)  # noqa: TRY004 - pydantic turns ValueError into an error with a location

    if not is_shallow(value):
        message = f"must be nested at most {DEEPEST} levels deep"
        raise ValueError(message)

    return value


def is_shallow(found: dict[str, Any] | list[Any]) -> bool:
    """True for what can be read by calls that go down a level each."""
    level = [found]
    for _ in range(DEEPEST):
        level = [part for found in level for part in _parts(found)]

    return not level


def _parts(found: dict[str, Any] | list[Any]) -> Iterator[dict[str, Any] | list[Any]]:
    """Those parts of an object or a list that have parts themselves."""
    for part in found.values() if isinstance(found, dict) else found:
        if isinstance(part, dict | list):
            yield part


# Parts of other APIs, kept as they were declared; the API server that owns them checks them.
Opaque = Annotated[
    dict[str, Any],
    AfterValidator(_opaque),
    WithJsonSchema({"type": "object", "x-kubernetes-preserve-unknown-fields": True}),
]


# Pydantic's own words for these name Python's types.
SHAPES = {"model_type": "must be an object", "dict_type": "must be an object", "tuple_type": "must be a list"}


def parse(model: type[D], spec: dict[str, Any]) -> D:
    """A declaration's spec as values. Raises InvalidSpec for the first field that is wrong."""
    try:
        return model.model_validate(spec)
    except ValidationError as error:
        first = error.errors()[0]
        why = SHAPES.get(first["type"], first["msg"])
        raise InvalidSpec(field_path(("spec", *first["loc"])), why.removeprefix("Value error, ")) from error


def one_of(found: Declared, *names: str) -> None:
    """Raise ValueError unless exactly one of these fields is there."""
    if len([name for name in names if getattr(found, name)]) != 1:
        message = f"exactly one of {', '.join(map(to_camel, names))}"
        raise ValueError(message)
