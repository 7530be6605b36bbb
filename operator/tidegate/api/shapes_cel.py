"""What a text may look like, in words: a pattern alone is refused by the API server with a regular expression."""

from collections.abc import Mapping
from typing import Any

from .cel import Rule, matches, rule
from .durations import PATTERN
from .model import NUMBER
from .ports import APP_PROTOCOL

LABEL = "must be lower case letters, digits and -, and begin and end with a letter or digit"
ADDRESS = "must be an address that begins with http:// or https://, without user, query or #"
# Every pattern of a declared text, and what a person reads who breaks it.
WORDS: Mapping[str, str] = {
    PATTERN: "must be a duration such as 30s, 5m or 1h30m: whole numbers, each with its unit h, m, s or ms",
    APP_PROTOCOL: "must be a protocol such as http, grpc or kubernetes.io/h2c",
    NUMBER: "must be a number such as 0.05, or a share in percent such as 5%",
    r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$": LABEL,
    r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$": "must be lower case letters, digits, - and ., and begin and end with a letter"
    " or digit",
    r"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$": "must be a host name such as"
    " shop.example or *.example: lower case letters, digits and - between its dots",
    r"^[a-z0-9.-]*$": "must be lower case letters, digits, - and .",
    r"^[A-Za-z0-9]+$": "must be letters and digits",
    r"^[A-Za-z0-9-]+$": "must be letters, digits and -",
    r"^[A-Za-z0-9_-]+$": "must be letters, digits, _ and -",
    r"^[!#$%&'()*+./0-9:<=>?@A-Z\[\]^_`a-z{|}~-]+$": "must be without spaces, commas, semicolons, backslashes and"
    " double quotes",
    r"^[a-zA-Z_][a-zA-Z0-9_]*$": "must be letters, digits and _, and begin with no digit",
    r"^[a-z][a-z_]*$": "must be lower case letters and _, and begin with a letter",
    r"^[A-Za-z0-9_.:/-]*$": "must be letters, digits and _ . : / -",
    r"^(apps/v1|v1)$": "must be apps/v1 or v1",
    r"^https?://[^\s#]+$": "must be an address that begins with http:// or https://, without #",
    r"^https?://[^\s?#@]+$": ADDRESS,
    r"^https?://[^\s?#@]+(\?[^\s#]*)?$": "must be an address that begins with http:// or https://, without user or #",
    r"^https?://[^\s?#@$]+(\?[^\s#]*)?$": "must be an address that begins with http:// or https://, without user or #,"
    " and with $ only after its ?",
    r"^/[^\s#]*$": "must be a path that begins with /, without spaces or #",
    r"^[a-z]{2}(-[a-z]+)+-[0-9]$": "must be a region such as eu-west-1",
    r"^([A-Za-z0-9_-]+|\[[0-9]{1,4}\])(\.[A-Za-z0-9_-]+|\[[0-9]{1,4}\])*$": "must be a way to a value such as"
    " data.result[0].value",
}


def shape(pattern: str) -> Rule:
    """The rule of a pattern, in its words."""
    return rule(matches("self", pattern), WORDS[pattern])


def say_in_words(schema: dict[str, Any]) -> None:
    """Put the words of every pattern under a schema beside it; a rule that reads the text waits until it has its shape.

    The pattern stays: tools read it, and it costs the API server nothing.
    """
    if pattern := schema.get("pattern"):
        others = schema.get("x-kubernetes-validations") or ()
        guarded = [{**other, "rule": f"!{matches('self', pattern)} || ({other['rule']})"} for other in others]
        schema["x-kubernetes-validations"] = [shape(pattern), *guarded]

    for child in (*(schema.get("properties") or {}).values(), *([schema["items"]] if "items" in schema else [])):
        say_in_words(child)
