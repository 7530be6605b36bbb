"""Of a store that holds several clusters nothing is counted, unless a source names one of them."""

from dataclasses import replace

import pytest

from tests.unit.metrics.test_raw_counts import BOTH, SAMPLES, TRAEFIK
from tidegate.api import DataPlane
from tidegate.metrics.answer import NotWhole
from tidegate.metrics.clusters import ambiguous
from tidegate.metrics.raw_counts import RawSeries, Shape

PODS = Shape(DataPlane.APPLICATION)
EU, US = {"cluster": "eu"}, {"cluster": "us"}


def at_the_gateway(side: str, **labels: str) -> RawSeries:
    return RawSeries({"service": f"shop-web-{side}-80@kubernetes", "code": "200", **labels}, SAMPLES)


def at_a_pod(revision: str, pod: str, **labels: str) -> RawSeries:
    return RawSeries({"namespace": "shop", "pod": f"web-{revision}-{pod}", "code": "200", **labels}, SAMPLES)


@pytest.mark.parametrize(
    ("shape", "answer"),
    [
        (TRAEFIK, [at_the_gateway("candidate", **EU), at_the_gateway("candidate", **US)]),
        (TRAEFIK, [at_the_gateway("candidate", **US), at_the_gateway("stable", **EU)]),
        (PODS, [at_a_pod("bcdfghjklm", "aaaaa", **EU), at_a_pod("bcdfghjklm", "zzzzz", **US)]),
    ],
    ids=["a candidate in both", "a candidate in another only", "pods of both"],
)
def test_a_release_whose_series_are_of_two_clusters_is_not_counted_and_both_are_named(
    shape: Shape, answer: list[RawSeries]
) -> None:
    found = ambiguous(shape, BOTH, answer)

    assert isinstance(found, NotWhole), "asked for again without the others"
    assert found.why == (
        "the series of shop/web have several values of the label cluster (eu, us): name this cluster's in"
        " prometheus.labels of the source"
    )


@pytest.mark.parametrize(
    ("shape", "answer"),
    [
        (TRAEFIK, [at_the_gateway("candidate"), at_the_gateway("stable")]),
        (TRAEFIK, [at_the_gateway("candidate", **EU), at_the_gateway("stable", **EU)]),
        (TRAEFIK, [at_the_gateway("candidate", **EU), at_the_gateway("elsewhere", **US)]),
        (PODS, [at_a_pod("bcdfghjklm", "aaaaa", cluster=name) for name in ("cache-a", "cache-b")]),
    ],
    ids=["none is named", "one is named", "another's are in another", "one pod says several of its own"],
)
def test_what_is_of_one_cluster_is_counted(shape: Shape, answer: list[RawSeries]) -> None:
    assert ambiguous(shape, BOTH, answer) is None


def in_the_mesh(revision: str, *, caller: str, answering: str) -> RawSeries:
    workload = {"destination_workload_namespace": "shop", "destination_workload": f"web-{revision}"}
    where = {"cluster": caller, "destination_cluster": answering, "reporter": "source", "response_code": "200"}
    return RawSeries({**workload, **where}, SAMPLES)


def test_in_a_mesh_over_clusters_whose_pods_answered_counts_and_not_who_called() -> None:
    mesh = Shape(DataPlane.ISTIO)
    called = [in_the_mesh("bcdfghjklm", caller=caller, answering="eu") for caller in ("eu", "us")]
    answered = [in_the_mesh("bcdfghjklm", caller="eu", answering=answering) for answering in ("eu", "us")]

    assert ambiguous(mesh, BOTH, called) is None
    found = ambiguous(mesh, BOTH, answered)
    assert found is not None
    assert "several values of the label destination_cluster (eu, us)" in found.why


@pytest.mark.parametrize("unnamed", ["Kubernetes", ""])
def test_meshes_of_their_own_whose_clusters_have_no_name_are_told_apart_by_who_called(unnamed: str) -> None:
    both = [in_the_mesh("bcdfghjklm", caller=caller, answering=unnamed) for caller in ("eu", "us")]

    found = ambiguous(Shape(DataPlane.ISTIO), BOTH, both)

    assert found is not None
    assert "several values of the label cluster (eu, us)" in found.why


def test_of_releases_that_are_asked_for_together_the_one_is_named() -> None:
    cart = tuple(replace(side, release="cart", service=f"cart-{side.side.value}") for side in BOTH)
    both = [RawSeries({**EU, "service": "shop-cart-candidate-80"}, SAMPLES), at_the_gateway("stable", **US)]

    assert ambiguous(TRAEFIK, (*BOTH, *cart), both) is None
    found = ambiguous(TRAEFIK, (*BOTH, *cart), [*both, at_the_gateway("stable", **EU)])
    assert found is not None
    assert "shop/web" in found.why
