"""A PodTemplateSpec as far as Tidegate itself reads it: the API server that makes the pods checks the rest."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema

from .model import Opaque, is_shallow

OPAQUE: Mapping[str, Any] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
# A part that a template leaves empty is null in YAML, and taken as absent.
PART: Mapping[str, Any] = {**OPAQUE, "nullable": True}
MAPS = ("labels", "annotations")
METADATA = {
    **PART,
    "description": "What the pods are labelled with, beside what Tidegate labels them with.",
    "properties": {name: {**PART, "description": f"The pods' {name}."} for name in MAPS},
}
SCHEMA = {**OPAQUE, "properties": {"metadata": METADATA, "spec": {**PART, "description": "The pods: a PodSpec."}}}


def trouble_of(template: Any) -> str:
    """The part of a template that has a wrong shape, and which it should have; empty where it can be read."""
    if not isinstance(template, dict):
        return "must be an object"

    for part in ("metadata", "spec"):
        if not _is_object(template.get(part)):
            return f"{part} must be an object"

    metadata = template.get("metadata") or {}
    for part in MAPS:
        if not _is_object(metadata.get(part)):
            return f"metadata.{part} must be an object"

    return "" if is_shallow(template) else "is nested too deep"


def _is_object(part: Any) -> bool:
    return part is None or isinstance(part, dict)


def _readable(template: dict[str, Any]) -> dict[str, Any]:
    if trouble := trouble_of(template):
        raise ValueError(trouble)

    return template


PodTemplate = Annotated[Opaque, AfterValidator(_readable), WithJsonSchema(SCHEMA)]
