"""A CEL validation of the API server."""

from .durations import PATTERN

Rule = dict[str, str]


def rule(expression: str, message: str, *, words: str = "") -> Rule:
    """A CEL validation with the sentence a person reads; `words` is an expression for one that names what it found."""
    found = {"rule": expression, "message": message}
    return {**found, "messageExpression": words} if words else found


def as_number(field: str) -> str:
    """The value of a text field that is a number, or a share in percent."""
    return f"(double({field}.replace('%', '')) / ({field}.endsWith('%') ? 100.0 : 1.0))"


def matches(field: str, pattern: str) -> str:
    """True where a text has this shape."""
    return f'{field}.matches(r"{pattern}")'


def durations(*fields: str) -> str:
    """True where these are durations: what is none has a refusal of its own, and can be compared with nothing."""
    return " && ".join(matches(field, PATTERN) for field in fields)
