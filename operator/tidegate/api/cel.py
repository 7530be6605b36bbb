"""A CEL validation of the API server."""

Rule = dict[str, str]


def rule(expression: str, message: str) -> Rule:
    """A CEL validation with the sentence a person reads."""
    return {"rule": expression, "message": message}
