"""Which data plane answers, and how its counters and buckets are named in a question."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from tidegate.api import DataPlane
from tidegate.metrics.backend import Backend
from tidegate.metrics.buckets import boundary
from tidegate.metrics.choice import BLIND, CONTROLLERS, choose
from tidegate.metrics.data_planes import COUNTS, MILLISECOND, SECOND, traefik

CANDIDATE = Backend(namespace="shop", release="web", revision="bcdfghjklm", service="web-candidate", port=80)
IN_TRAEFIK = "httproute-shop-web-gw-gateways-public-ep-web-0-49a09bf29f56ec7dd85a-svc-shop-{}-1@kubernetesgateway"


def is_candidates(service: str) -> bool:
    return all(matcher.matches({"service": service}) for matcher in traefik(CANDIDATE))


@pytest.mark.parametrize(
    "name",
    [
        IN_TRAEFIK.format("web-candidate"),
        IN_TRAEFIK.format("web-candidate").replace("httproute", "grpcroute"),
        "shop-web-candidate-http-80@kubernetesgateway",
        "shop-web-candidate-80@kubernetesgateway",
    ],
)
def test_every_known_name_of_a_backend_is_matched(name: str) -> None:
    assert is_candidates(name)


@pytest.mark.parametrize("service", ["web-stable", "other-web-candidate", "web-candidate-x"])
def test_another_service_is_not_matched(service: str) -> None:
    assert not is_candidates(IN_TRAEFIK.format(service))


@pytest.mark.parametrize(
    ("over", "unit", "taken", "refused"),
    [
        (timedelta(milliseconds=500), SECOND, ["0.5"], ["0x5", "5", "0.55"]),
        (timedelta(seconds=5), SECOND, ["5", "5.0"], ["0.5", "50"]),
        (timedelta(milliseconds=50), SECOND, ["0.05"], ["0.5"]),
        (timedelta(milliseconds=50), MILLISECOND, ["50", "50.0"], ["0.05", "500"]),
        (timedelta(minutes=30), MILLISECOND, ["1800000", "1.8e+06"], ["1.8e+05", "180000", "1x8e+06"]),
        (timedelta(seconds=1000), MILLISECOND, ["1000000", "1e+06"], ["1e+05", "100000"]),
    ],
)
def test_a_boundary_matches_just_its_bucket(
    over: timedelta, unit: timedelta, taken: list[str], refused: list[str]
) -> None:
    pattern = boundary(over, unit)

    assert all(re.fullmatch(pattern, text) for text in taken)
    assert not any(re.fullmatch(pattern, text) for text in refused)


def test_every_data_plane_has_its_counts_and_tells_the_sides_apart() -> None:
    stable = replace(CANDIDATE, revision="nopqrstvwx", service="web-stable")

    assert set(COUNTS) == set(DataPlane)
    assert all(counts.backend(CANDIDATE) != counts.backend(stable) for counts in COUNTS.values())


@pytest.mark.parametrize(("controller", "plane"), CONTROLLERS.items())
def test_a_known_controller_chooses(controller: str, plane: DataPlane) -> None:
    assert choose(None, [controller]).plane is plane


def test_what_is_declared_outranks_every_controller() -> None:
    assert choose(DataPlane.LINKERD, ["example.com/unknown"]).plane is DataPlane.LINKERD


@pytest.mark.parametrize("controller", BLIND)
def test_a_gateway_that_cannot_tell_the_candidate_is_not_asked_and_it_is_said_who_is(controller: str) -> None:
    choice = choose(None, [controller])

    assert choice.plane is DataPlane.APPLICATION
    assert BLIND[controller] in choice.remark
    assert "http_requests_total" in choice.remark


@pytest.mark.parametrize(
    ("controllers", "words"),
    [
        ([], "no controller is known"),
        (["example.com/unknown"], "for controller example.com/unknown"),
        (["traefik.io/gateway-controller", "example.com/unknown"], "for controller example.com/unknown"),
        (["traefik.io/gateway-controller", "linkerd.io/policy-controller"], "Linkerd and Traefik"),
    ],
    ids=["none", "unknown", "known and unknown", "two"],
)
def test_without_one_answer_nothing_is_chosen_and_the_field_is_named(controllers: list[str], words: str) -> None:
    choice = choose(None, controllers)

    assert choice.plane is None
    assert words in choice.sentence
    assert "set spec.dataPlane" in choice.sentence


def test_a_data_plane_that_never_ran_here_says_so_and_one_that_did_says_nothing() -> None:
    said = {plane: "experimental" in choose(plane, ()).remark for plane in DataPlane}

    assert said == {plane: not COUNTS[plane].live for plane in DataPlane}
    assert not choose(DataPlane.TRAEFIK, ()).remark
