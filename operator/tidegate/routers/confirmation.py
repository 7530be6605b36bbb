"""Whether a route's parents serve what was written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .claimed import GATEWAY
from .shapes import SHAPES


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """Whether every parent reports the written generation, and if not, which does not.

    `by_time`: nothing is reported, and only time tells.
    """

    confirmed: bool
    sentence: str
    by_time: bool = False


def confirmation(kind: str, found: Mapping[str, Any]) -> Confirmation:
    """Every parentRef has a status with Accepted and ResolvedRefs for this generation.

    Of a kind whose data plane reports nothing, a weight counts by time: `settle` after it was written.
    """
    if kind not in SHAPES or not SHAPES[kind].reports:
        sentence = f"a {kind} reports nothing: the written weight counts by time"
        return Confirmation(confirmed=True, sentence=sentence, by_time=True)

    reported = (found.get("status") or {}).get("parents") or ()
    for parent in found["spec"].get("parentRefs") or ():
        statuses = [status for status in reported if _same_parent(status.get("parentRef") or {}, parent)]
        if not any(_accepts(status, found["metadata"]["generation"]) for status in statuses):
            which = f"{kind} {found['metadata']['name']}"
            return Confirmation(confirmed=False, sentence=f"{which}: {_refusal(parent, statuses)}")

    return Confirmation(confirmed=True, sentence="every parent reports the written generation")


def _same_parent(reported: Mapping[str, Any], declared: Mapping[str, Any]) -> bool:
    """A Gateway is no Service of its name. No group is compared: meshes report that of a Service in several ways."""
    names = ("name", "sectionName", "port")
    same = all(reported.get(name) == declared.get(name) for name in names)
    same = same and (reported.get("kind") or GATEWAY) == (declared.get("kind") or GATEWAY)
    return same and declared.get("namespace") in {None, reported.get("namespace")}


def _accepts(status: Mapping[str, Any], generation: int | None) -> bool:
    states = {
        found.get("type"): (found.get("status"), found.get("observedGeneration"))
        for found in status.get("conditions") or ()
    }
    return all(states.get(kind) == ("True", generation) for kind in ("Accepted", "ResolvedRefs"))


def _refusal(parent: Mapping[str, Any], statuses: list[Mapping[str, Any]]) -> str:
    kind = parent.get("kind") or GATEWAY
    named = f"parent {parent['name']}" if kind == GATEWAY else f"parent {kind} {parent['name']}"
    for status in statuses:
        for found in status.get("conditions") or ():
            if found.get("status") == "False":
                return f"{named}: {found.get('type')} is False, {found.get('reason')}"

    if any(_accepts(status, None) for status in statuses):
        return f"{named} accepts the route, and never reports which generation: set traffic.confirm to Settle"

    return f"{named} has not reported the written generation"
