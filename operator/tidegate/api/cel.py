"""A CEL validation of the API server."""

Rule = dict[str, str]


def rule(expression: str, message: str) -> Rule:
    """A CEL validation with the sentence a person reads."""
    return {"rule": expression, "message": message}


def as_number(field: str) -> str:
    """The value of a text field that is a number, or a share in percent."""
    return f"(double({field}.replace('%', '')) / ({field}.endsWith('%') ? 100.0 : 1.0))"
