"""Which nodes each revision has, and how a DaemonSet says it."""

from typing import Any

import pytest

from tidegate.workloads import EVERY_NODE, NO_NODE, Allotment, allotment_of, allotted, chosen, moves
from tidegate.workloads.nodes import REQUIRED, affinity_of, on_nodes

AB = frozenset({"a", "b"})
NODES = frozenset("abcdefgh")


@pytest.mark.parametrize("allotment", [EVERY_NODE, NO_NODE, Allotment(AB), Allotment(AB, but=True)])
def test_an_allotment_reads_back_as_it_was_written(allotment: Allotment) -> None:
    patch = allotted({}, allotment)

    assert allotment_of(patch["metadata"]["annotations"]) == allotment


@pytest.mark.parametrize("text", ["", "all", "[]", '{"nodes": 3, "but": true}'])
def test_a_garbled_allotment_is_no_node(text: str) -> None:
    assert allotment_of({"tidegate.dev/nodes": text}) == NO_NODE


def test_every_alternative_of_the_users_affinity_is_narrowed() -> None:
    arm = {"matchExpressions": [{"key": "arch", "operator": "In", "values": ["arm64"]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [arm, {"matchFields": []}]}}

    found = on_nodes({"nodeAffinity": required, "podAffinity": {"x": 1}}, Allotment(AB, but=True))

    terms = found["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    but = {"key": "kubernetes.io/hostname", "operator": "NotIn", "values": ["a", "b"]}
    assert [term["matchExpressions"][-1] for term in terms] == [but, but]
    assert terms[0]["matchExpressions"][0]["key"] == "arch"
    assert found["podAffinity"] == {"x": 1}


def test_giving_all_nodes_back_takes_only_ours_off_the_affinity() -> None:
    own = '{"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}'

    patch = allotted({"tidegate.dev/affinity": own}, EVERY_NODE)

    affinity = patch["spec"]["template"]["spec"]["affinity"]["nodeAffinity"]
    assert affinity == {
        "requiredDuringSchedulingIgnoredDuringExecution": None,
        "preferredDuringSchedulingIgnoredDuringExecution": [],
    }


def test_the_candidate_keeps_its_nodes_as_it_grows_and_loses_those_that_are_gone() -> None:
    two = chosen((), NODES, 2, release="agent")
    five = chosen(two, NODES, 5, release="agent")
    gone = min(five)

    assert len(two) == 2
    assert two < five
    assert gone not in chosen(five, NODES - {gone}, 5, release="agent")
    assert chosen(five, NODES, 0, release="agent") == frozenset()


def test_another_release_begins_on_other_nodes() -> None:
    assert len({chosen((), NODES, 1, release=f"agent-{place}") for place in range(20)}) > 1


def test_who_leaves_goes_first() -> None:
    sides = {"stable": "v1", "candidate": "v2"}

    assert moves("v2", 2, nodes=AB, **sides) == (("v1", Allotment(AB, but=True)), ("v2", Allotment(AB)))
    assert moves("v2", 0, nodes=frozenset(), **sides) == (("v2", NO_NODE), ("v1", EVERY_NODE))
    assert moves("v1", 0, nodes=frozenset(), **sides) == (("v1", NO_NODE), ("v2", EVERY_NODE))
    assert moves("v1", 4, nodes=frozenset(), **sides) == (("v1", EVERY_NODE),)
    assert moves("v1", 1, nodes=AB, stable=None, candidate="v1") == (("v1", EVERY_NODE),)
    assert moves("v3", 0, nodes=frozenset(), stable="v1", candidate=None) == (("v3", NO_NODE), ("v1", EVERY_NODE))


ARM = {"key": "arch", "operator": "In", "values": ["arm64"]}
AFFINITIES: list[dict[str, Any]] = [
    {},
    {"podAffinity": {"x": 1}},
    {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1}]}},
    {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": [ARM]}, {"matchFields": [ARM]}]}}},
]


@pytest.mark.parametrize("affinity", AFFINITIES)
@pytest.mark.parametrize("allotment", [EVERY_NODE, NO_NODE, Allotment(AB), Allotment(AB, but=True)])
@pytest.mark.parametrize("noted", [{}, {"tidegate.dev/affinity": "foo"}, {"tidegate.dev/affinity": "[1]"}])
def test_a_garbled_affinity_is_read_off_the_pods_without_what_was_narrowed(
    affinity: dict[str, Any], allotment: Allotment, noted: dict[str, str]
) -> None:
    narrowed = {"spec": {"affinity": on_nodes(affinity, allotment)}}

    assert affinity_of({"tidegate.dev/nodes": allotment.text(), **noted}, narrowed) == affinity
