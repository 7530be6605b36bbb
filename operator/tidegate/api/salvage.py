"""What can still be read of a Release that is wrong somewhere: enough to put traffic back, and to judge on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import InvalidSpec
from .objectives import Objective
from .pod_template import trouble_of
from .release import ReleaseSpec, parse_spec

# Without these nothing can be put back, or what must be kept is deleted.
ESSENTIAL = frozenset({"replicas", "template", "workloadRef", "service", "traffic", "onDelete"})
# Each is held against those before it: steps against the watch, hooks against steps, and a Pass that is awaited.
IN_THIS_ORDER = ("promotion", "steps", "advanceOn", "onInconclusive")


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What could be read, and the fields that could not: those are as if they were not declared."""

    spec: ReleaseSpec
    lost: tuple[str, ...] = ()


def salvaged_spec(spec: Mapping[str, Any]) -> Salvaged:
    """What can still be read of a wrong spec, each field and each objective by itself; nothing goes forward by it.

    To put traffic back, which requests a route is for is not asked: two weights are written. Nor is the template, which
    is no running revision's if it cannot be read. Raises InvalidSpec where even what is essential is missing.
    """
    found = _mended(spec)
    try:
        return Salvaged(parse_spec(found))
    except InvalidSpec:
        return _one_by_one(found)


def _mended(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The spec without the parts of essential fields that nobody needs to put traffic back."""
    found = dict(spec)
    if "template" in found and trouble_of(found["template"]):
        found["template"] = {"spec": {}}

    return {**found, "traffic": without_rules(found.get("traffic"))}


def _one_by_one(spec: dict[str, Any]) -> Salvaged:
    """Objectives that cannot be read leave none in their place: the default is nobody's word."""
    kept = {name: spec[name] for name in spec if name in ESSENTIAL}
    if "objectives" in spec:
        kept["objectives"] = []

    read, lost = parse_spec(kept), []
    for field, name, value in _parts(spec):
        more = {**kept, name: [*kept[name], value] if name == "objectives" and field != name else value}
        try:
            read, kept = parse_spec(more), more
        except InvalidSpec:
            lost.append(field)

    kept_on = tuple(objective for objective in read.objectives if _is_answered(objective, lost))
    if len(kept_on) < len(read.objectives):
        lost.append("the objectives that it answers")

    return Salvaged(read.model_copy(update={"objectives": kept_on}), tuple(lost))


def _is_answered(objective: Objective, lost: Sequence[str]) -> bool:
    """False where the numbers would be another source's, or another data plane's, than the declared one's."""
    asks = objective.job is None and "metricSource" in lost
    return not asks and not (objective.counted and "dataPlane" in lost)


def _parts(spec: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Each field that is not essential, and each objective: how people call it, its field, and its value."""
    named = [name for name in IN_THIS_ORDER if name in spec]
    for name in (*named, *(name for name in spec if name not in ESSENTIAL and name not in named)):
        if name == "objectives" and isinstance(spec[name], list):
            yield from ((f"{name}[{index}]", name, value) for index, value in enumerate(spec[name]))
        else:
            yield name, name, spec[name]


def without_rules(traffic: Any) -> Any:
    """How traffic is split, without the rules of the managed route."""
    gateway = traffic.get("gateway") if isinstance(traffic, dict) else None
    if not isinstance(gateway, dict):
        return traffic

    return {**traffic, "gateway": {name: part for name, part in gateway.items() if name != "rules"}}
