"""The CRDs read well: what `kubectl explain` and the field reference show."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tidegate.api.crds import crds


def undescribed(path: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """Every field under a schema without a word of what it is."""
    for name, child in (schema.get("properties") or {}).items():
        if not child.get("description"):
            yield f"{path}.{name}"

        yield from undescribed(f"{path}.{name}", child)
        yield from undescribed(f"{path}.{name}[]", child.get("items") or {})


@pytest.mark.parametrize(("file", "crd"), crds().items(), ids=crds())
def test_every_field_says_what_it_is(file: str, crd: Mapping[str, Any]) -> None:
    """The API server describes apiVersion, kind and metadata by itself."""
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    declared = {name: schema["properties"][name] for name in ("spec", "status") if name in schema["properties"]}

    assert not list(undescribed(crd["spec"]["names"]["kind"], {"properties": declared}))
