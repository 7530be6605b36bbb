"""What can still be read of a Release that is wrong somewhere: enough to put traffic back."""

from typing import Any

from .pod_template import trouble_of
from .release import ReleaseSpec, parse_spec

# Without these nothing can be put back, or what must be kept is deleted.
ESSENTIAL = frozenset({"replicas", "template", "workloadRef", "service", "traffic", "onDelete"})


def salvaged_spec(spec: dict[str, Any]) -> ReleaseSpec:
    """What can still be read of a wrong spec: enough to put traffic back, never enough to go forward.

    To put it back, which requests a route is for is not asked: two weights are written. Nor is the template, which is
    no running revision's if it cannot be read. Raises InvalidSpec where even the rest is missing. Nothing is judged.
    """
    found = {name: spec[name] for name in ESSENTIAL if name in spec}
    if "template" in found and trouble_of(found["template"]):
        found["template"] = {"spec": {}}

    return parse_spec({**found, "traffic": without_rules(found.get("traffic")), "objectives": []})


def without_rules(traffic: Any) -> Any:
    """How traffic is split, without the rules of the managed route."""
    gateway = traffic.get("gateway") if isinstance(traffic, dict) else None
    if not isinstance(gateway, dict):
        return traffic

    return {**traffic, "gateway": {name: part for name, part in gateway.items() if name != "rules"}}
