"""One pod a node: a DaemonSet for each revision, and which nodes each has. Pure: no sockets."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tidegate.api.names import ANNOTATION_AFFINITY, ANNOTATION_NODES, LABEL_REVISION
from tidegate.api.noted import value_of

HOSTNAME = "kubernetes.io/hostname"
NOWHERE = "tidegate.dev_no-node"
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


@dataclass(frozen=True, slots=True)
class Allotment:
    """The nodes of one revision: these, or all `but` these. All nodes are «all but none»."""

    nodes: frozenset[str]
    but: bool = False

    @property
    def whole(self) -> bool:
        """True for every node that the template itself allows."""
        return self.but and not self.nodes

    def text(self) -> str:
        """The allotment as its annotation says it."""
        return json.dumps({"but": self.but, "nodes": sorted(self.nodes)}, separators=(",", ":"))

    def expression(self) -> dict[str, Any]:
        """As a requirement on a node. A name that no node can have stands for «none»."""
        return {"key": HOSTNAME, "operator": "NotIn" if self.but else "In", "values": sorted(self.nodes) or [NOWHERE]}


EVERY_NODE = Allotment(frozenset(), but=True)
NO_NODE = Allotment(frozenset())


def allotment_of(annotations: Mapping[str, str]) -> Allotment:
    """What the annotation says; no node where it is lost: nobody's pods go by a guess."""
    return value_of(annotations.get(ANNOTATION_NODES, ""), Allotment) or NO_NODE


def moves(
    revision: str, count: int, *, stable: str | None, candidate: str | None, nodes: frozenset[str]
) -> tuple[tuple[str, Allotment], ...]:
    """Who has which nodes when a revision gets so many, `nodes` where it is the candidate: who leaves goes first."""
    if revision == candidate and stable is not None:
        given, left = (candidate, Allotment(nodes)), (stable, Allotment(nodes, but=True))
        return (left, given) if count else (given, left)

    if not count and revision == stable and candidate is not None:
        return (revision, NO_NODE), (candidate, EVERY_NODE)

    if not count and stable not in {None, revision} and candidate is None:
        return (revision, NO_NODE), (stable, EVERY_NODE)

    return ((revision, EVERY_NODE if count else NO_NODE),)


def chosen(kept: Iterable[str], eligible: Iterable[str], count: int, *, release: str) -> frozenset[str]:
    """So many nodes for the candidate: those it has, then the next in an order of this release's own."""
    possible = frozenset(eligible)
    first = sorted(possible & frozenset(kept), key=lambda name: _place(release, name))
    rest = sorted(possible - frozenset(kept), key=lambda name: _place(release, name))
    return frozenset((*first, *rest)[:count])


def _place(release: str, node: str) -> str:
    """Another order for each release: no node is always the first to see what is new."""
    return hashlib.sha256(f"{release}/{node}".encode()).hexdigest()


def on_nodes(affinity: Mapping[str, Any], allotment: Allotment) -> dict[str, Any]:
    """A template's affinity, narrowed to an allotment: terms are alternatives, so each of them is narrowed."""
    found: dict[str, Any] = json.loads(json.dumps(affinity))
    if allotment.whole:
        return found

    required = found.setdefault("nodeAffinity", {}).setdefault(REQUIRED, {})
    terms: Sequence[dict[str, Any]] = required.get("nodeSelectorTerms") or [{}]
    required["nodeSelectorTerms"] = [
        {**term, "matchExpressions": [*(term.get("matchExpressions") or ()), allotment.expression()]} for term in terms
    ]
    return found


def affinity_of(annotations: Mapping[str, str], template: Mapping[str, Any]) -> dict[str, Any]:
    """The affinity that a revision was declared with: as its note says, else its pods' own without what we narrowed."""
    noted = value_of(annotations.get(ANNOTATION_AFFINITY, ""), dict[str, Any])
    if noted is not None:
        return noted

    found: dict[str, Any] = (template.get("spec") or {}).get("affinity") or {}
    return found if allotment_of(annotations).whole else _widened(found)


def _widened(affinity: Mapping[str, Any]) -> dict[str, Any]:
    """Without the requirement that `on_nodes` put last in each term; a term that was nothing else goes."""
    node: Mapping[str, Any] = affinity.get("nodeAffinity") or {}
    terms = [_without_ours(term) for term in (node.get(REQUIRED) or {}).get("nodeSelectorTerms") or ()]
    kept = {name: part for name, part in node.items() if name != REQUIRED}
    if any(terms):
        kept[REQUIRED] = {"nodeSelectorTerms": [term for term in terms if term]}

    others = {name: part for name, part in affinity.items() if name != "nodeAffinity"}
    return {**others, "nodeAffinity": kept} if kept else others


def _without_ours(term: Mapping[str, Any]) -> dict[str, Any]:
    *rest, last = term.get("matchExpressions") or [{}]
    left = rest if last.get("key") == HOSTNAME else [*rest, last]
    others = {name: part for name, part in term.items() if name != "matchExpressions"}
    return {**others, "matchExpressions": left} if any(left) else others


def daemon_set(replica_set: Mapping[str, Any], allotment: Allotment) -> dict[str, Any]:
    """The DaemonSet of a revision, from the ReplicaSet that it would be otherwise."""
    metadata, spec = replica_set["metadata"], replica_set["spec"]
    template = spec["template"]
    affinity = template["spec"].get("affinity") or {}
    notes = {ANNOTATION_NODES: allotment.text(), ANNOTATION_AFFINITY: json.dumps(affinity)}
    pods = {**template, "spec": {**template["spec"], "affinity": on_nodes(affinity, allotment)}}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {**metadata, "annotations": {**metadata["annotations"], **notes}},
        "spec": {
            "minReadySeconds": spec["minReadySeconds"],
            "selector": spec["selector"],
            "template": pods,
            # Another set of nodes is another template to Kubernetes: no pod is restarted for that.
            "updateStrategy": {"type": "OnDelete"},
        },
    }


def allotted(annotations: Mapping[str, str], allotment: Allotment) -> dict[str, Any]:
    """The merge patch that gives a DaemonSet these nodes."""
    narrowed = on_nodes(affinity_of(annotations, {}), allotment)
    node = {REQUIRED: None, **(narrowed.get("nodeAffinity") or {})}
    return {
        "metadata": {"annotations": {ANNOTATION_NODES: allotment.text()}},
        "spec": {"template": {"spec": {"affinity": {**narrowed, "nodeAffinity": node}}}},
    }


def nodes_of(pods: Iterable[Mapping[str, Any]], revision: str) -> frozenset[str]:
    """The nodes on which a revision's pods are."""
    return frozenset(
        name
        for found in pods
        if found["metadata"]["labels"].get(LABEL_REVISION) == revision
        and (name := (found.get("spec") or {}).get("nodeName"))
    )
