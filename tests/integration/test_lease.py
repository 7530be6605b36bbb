"""Two operators, one leader."""

import json
import time
from collections.abc import Iterator

import pytest

from tests.cluster.api import RELEASES, Api
from tests.cluster.operator import Operator
from tests.cluster.processes import answers
from tests.integration.conftest import Setup
from tests.integration.manifests import phase_is
from tests.integration.steps import change, deploy

# A Lease lasts 15 s: who leads sooner was given it, who leads later waited for something else.
HANDOVER_SECONDS = 10.0
TAKEOVER_SECONDS = 30.0


@pytest.fixture
def pair(setup: Setup, api: Api, alone: None) -> Iterator[tuple[Operator, Operator]]:
    """Two operators with a Lease of their own; the first leads."""
    flags = ("--namespace", api.namespace(f"lease-{time.monotonic_ns()}"))
    found = tuple(
        Operator(folder=setup.folder / "pair", kubeconfig=setup.plane.kubeconfig("tidegate"), name=name, flags=flags)
        for name in (f"first-{flags[1]}", f"second-{flags[1]}")
    )
    first, second = found
    first.start()
    led_after(first, 0, 30)
    second.start()
    yield first, second
    first.kill()
    second.kill()


def led_after(operator: Operator, since: float, seconds: float) -> float:
    """Wait until an operator leads; the seconds since then."""
    end = time.monotonic() + seconds
    while '"leading"' not in operator.log.read_text():
        assert time.monotonic() < end, f"{operator.name} does not lead after {seconds} s"
        time.sleep(0.02)

    return time.monotonic() - since


def test_a_leader_that_ends_in_good_order_hands_over_at_once(pair: tuple[Operator, Operator]) -> None:
    first, second = pair
    assert answers(f"{second.pages}/readyz"), "a standby is ready"
    began = time.monotonic()
    first.stop()
    assert led_after(second, began, 30) < HANDOVER_SECONDS


def test_a_killed_leader_is_followed_within_the_leases_length(
    api: Api, namespace: str, pair: tuple[Operator, Operator]
) -> None:
    first, second = pair
    deploy(api, namespace)
    began = time.monotonic()
    first.kill()
    assert led_after(second, began, 60) <= TAKEOVER_SECONDS
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def test_only_the_leader_decides(api: Api, namespace: str, pair: tuple[Operator, Operator]) -> None:
    _, second = pair
    deploy(api, namespace)
    lines = [json.loads(line) for line in second.log.read_text().splitlines()]
    assert not [line for line in lines if line.get("namespace") == namespace]
