"""A pydantic model's JSON schema as a structural schema that the API server takes."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

KEPT = frozenset(
    {
        "type",
        "description",
        "pattern",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "enum",
        "format",
        "default",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-int-or-string",
        "nullable",
    }
)
INT_OR_STRING: Mapping[str, Any] = {
    "anyOf": [{"type": "integer"}, {"type": "string"}],
    "x-kubernetes-int-or-string": True,
}


def structural(model: type[BaseModel]) -> dict[str, Any]:
    """References inlined, nulls made optional, titles dropped; every default written out."""
    schema = model.model_json_schema(by_alias=True, mode="validation")
    return _converted(schema, schema.get("$defs", {}))


def _converted(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    node = _inlined(node, definitions)
    if "anyOf" in node:
        return _optional(node, definitions)

    found = {key: _without_nulls(value) for key, value in node.items() if key in KEPT and value is not None}
    # The API server drops an empty map, and then kubectl's and Helm's words for one CRD would be in conflict.
    if node.get("type") == "object" and node.get("properties"):
        found["properties"] = {
            name: _converted(child, definitions) for name, child in sorted(node["properties"].items())
        }
        if required := sorted(node.get("required", [])):
            found["required"] = required

    if node.get("type") == "array":
        found["items"] = _converted(node["items"], definitions)

    return found


def _without_nulls(value: Any) -> Any:
    """A default without its absent parts: the API server has no null."""
    if isinstance(value, dict):
        return {name: _without_nulls(part) for name, part in value.items() if part is not None}

    return [_without_nulls(part) for part in value] if isinstance(value, list) else value


def _inlined(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """A reference replaced by what it names; the field's own words win over the model's."""
    if "$ref" not in node:
        return dict(node)

    target = definitions[node["$ref"].rsplit("/", 1)[-1]]
    return {**target, **{key: value for key, value in node.items() if key != "$ref"}}


def _optional(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """`X | None` as X that may be absent; `int | str` as Kubernetes' own int-or-string."""
    kinds = [kind for kind in node["anyOf"] if kind.get("type") != "null"]
    words = {"description": node["description"]} if "description" in node else {}
    if len(kinds) == 1:
        return {**_converted(kinds[0], definitions), **words}

    return {**INT_OR_STRING, **words}
