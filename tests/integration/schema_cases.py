"""From a CRD's schema to manifests: one that keeps every bound, and for each bound one that breaks it."""

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tidegate.api.ports import APP_PROTOCOL
from tidegate.api.shapes_cel import WORDS

Path = tuple[str | int, ...]

# One value that each pattern takes, and one that it refuses.
SAMPLES = {
    r"^([0-9]{1,5}(h|m|s|ms)){1,4}$": ("10s", "ten seconds"),
    r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$": ("name", "Not_A_Name"),
    r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$": ("name", "Not_A_Name"),
    r"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$": ("shop.example", "shop..example"),
    r"^[0-9]{1,12}(\.[0-9]{1,9})?%?$": ("1%", "one"),
    r"^[a-z0-9.-]*$": ("gateway.networking.k8s.io", "Not Valid"),
    r"^[a-zA-Z_][a-zA-Z0-9_]*$": ("cluster", "0-cluster"),
    r"^[a-z][a-z_]*$": ("job", "Job"),
    r"^[A-Za-z0-9_.:/-]*$": ("checkout", 'checkout"}'),
    r"^(apps/v1|v1)$": ("apps/v1", "v2"),
    r"^[A-Za-z0-9]+$": ("Gateway", "Not Valid"),
    r"^[A-Za-z0-9-]+$": ("X-Tenant", "not valid"),
    r"^https?://[^\s#]+$": ("http://checks/ask?all=1", "ftp://checks"),
    r"^[A-Za-z0-9_-]+$": ("X-Tester", "not valid"),
    r"^[!#$%&'()*+./0-9:<=>?@A-Z\[\]^_`a-z{|}~-]+$": ("beta", "a;b"),
    r"^https?://[^\s?#@]+$": ("http://prometheus:9090", "http://me:secret@prometheus"),
    r"^https?://[^\s?#@]+(\?[^\s#]*)?$": ("http://gateway:9100/metrics", "http://me:secret@gateway/metrics"),
    r"^/[^\s#]*$": ("/metrics", "metrics"),
    r"^https?://[^\s?#@$]+(\?[^\s#]*)?$": ("http://checks/ask?of=$query", "http://$query/ask"),
    r"^[a-z]{2}(-[a-z]+)+-[0-9]$": ("eu-west-1", "Europe"),
    APP_PROTOCOL: ("kubernetes.io/h2c", "h2c over tcp"),
    r"^([A-Za-z0-9_-]+|\[[0-9]{1,4}\])(\.[A-Za-z0-9_-]+|\[[0-9]{1,4}\])*$": ("data.result[0].value", "$.data..value"),
}


@dataclass(frozen=True, slots=True)
class Breach:
    """A manifest that breaks one bound, and words that its refusal must have."""

    name: str
    manifest: dict[str, Any]
    words: tuple[str, ...]


def sample(schema: dict[str, Any]) -> Any:
    """A value that keeps every bound, with every field present."""
    if "enum" in schema:
        return schema["enum"][0]

    if "pattern" in schema:
        return SAMPLES[schema["pattern"]][0]

    plain: dict[str | None, Callable[[], Any]] = {
        "object": lambda: _fields(schema),
        "array": lambda: [sample(schema["items"])],
        "integer": lambda: schema.get("minimum", 0),
        "boolean": lambda: False,
        "string": lambda: "x" * max(schema.get("minLength", 1), 1),
        None: lambda: 8080 if schema.get("x-kubernetes-int-or-string") else None,
    }
    return plain[schema.get("type")]()


def _fields(schema: dict[str, Any]) -> dict[str, Any]:
    fields = {name: sample(child) for name, child in (schema.get("properties") or {}).items()}
    return {name: value for name, value in fields.items() if value is not None}


def breaches(manifest: dict[str, Any], schema: dict[str, Any], path: Path) -> Iterator[Breach]:
    """Every bound under a schema, broken once."""
    for bound, value, words in broken(schema, found_at(manifest, path)):
        yield Breach(f"{dotted(path)} {bound}", put_at(manifest, path, value), (field_of(path), words))

    for name in schema.get("required") or ():
        yield Breach(f"{dotted(path)}.{name} required", put_at(manifest, (*path, name), None), (name, "Required"))

    for name, child in (schema.get("properties") or {}).items():
        if found_at(manifest, (*path, name)) is not None:
            yield from breaches(manifest, child, (*path, name))

    if schema.get("type") == "array" and found_at(manifest, path):
        yield from breaches(manifest, schema["items"], (*path, 0))


def broken(schema: dict[str, Any], value: Any) -> Iterator[tuple[str, Any, str]]:
    """Each bound of one value, a value beyond it, and the words of its refusal."""
    if "minimum" in schema:
        yield "minimum", schema["minimum"] - 1, "greater than or equal to"

    if "maximum" in schema:
        yield "maximum", schema["maximum"] + 1, "less than or equal to"

    if "maxLength" in schema:
        yield "maxLength", "1" * (schema["maxLength"] + 1), "more than"

    if schema.get("minLength", 0) > 0:
        yield "minLength", "", "at least"

    if "pattern" in schema:
        yield "pattern", SAMPLES[schema["pattern"]][1], WORDS[schema["pattern"]]

    if "enum" in schema:
        yield "enum", "Nonsense", "Unsupported value"

    if schema.get("minItems"):
        yield "minItems", [], "at least"

    if "maxItems" in schema:
        yield "maxItems", many(value, schema["maxItems"] + 1), "must have at most"


def many(value: list[Any], count: int) -> list[Any]:
    """A list of so many items; names, where there are any, stay unique."""
    items = []
    for index in range(count):
        item = copy.deepcopy(value[0])
        if isinstance(item, dict) and "name" in item:
            item["name"] = f"name{index}"

        items.append(item)

    return items


def found_at(manifest: Any, path: Path) -> Any:
    """The value at a path, or None."""
    for part in path:
        manifest = manifest.get(part) if isinstance(manifest, dict) else manifest[part] if manifest else None
        if manifest is None:
            return None

    return manifest


def put_at(manifest: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """A copy with another value at a path; None takes it out."""
    changed = copy.deepcopy(manifest)
    parent = found_at(changed, path[:-1])
    if value is None:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value

    return changed


def dotted(path: Path) -> str:
    """A path as people read it."""
    return re.sub(r"\.(\d+)", r"[\1]", ".".join(map(str, path)))


def field_of(path: Path) -> str:
    """The last name of a path: what a refusal must name."""
    return str(next(part for part in reversed(path) if isinstance(part, str)))


def rules(schema: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Every CEL rule under a schema."""
    yield from schema.get("x-kubernetes-validations") or ()
    for child in (*(schema.get("properties") or {}).values(), *([schema["items"]] if "items" in schema else [])):
        yield from rules(child)
