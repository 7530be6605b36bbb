"""JSON of any depth: Python's readers stop at about a thousand levels, and an API server keeps ten thousand."""

import re
from typing import Any

import msgspec
import structlog

# Deeper than any API of Kubernetes.
DEEPEST = 200
STRING_OR_BRACKET = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
OPENING, CLOSING = b"[{", b"]}"
log = structlog.get_logger(__name__)


def read(text: bytes) -> Any:
    """The value of a JSON text; where it is nested too deep to be read, null is in place of what is too deep."""
    try:
        return msgspec.json.decode(text)
    except RecursionError:
        log.warning("an object is nested too deep: what is deeper than this is not read", levels=DEEPEST)
        return msgspec.json.decode(shallow(text))


def shallow(text: bytes, deepest: int = DEEPEST) -> bytes:
    """A JSON text with null in place of what is nested deeper; in time that is linear in its length."""
    # Most texts have fewer brackets than that.
    if sum(map(text.count, (b"[", b"{"))) <= deepest:
        return text

    kept, depth, since = [], 0, 0
    for found in STRING_OR_BRACKET.finditer(text):
        letter = text[found.start()]
        if letter in OPENING:
            depth += 1
            if depth == deepest + 1:
                kept.append(text[since : found.start()] + b"null")
        elif letter in CLOSING:
            if depth == deepest + 1:
                since = found.end()
            depth -= 1

    return b"".join((*kept, text[since:]))
