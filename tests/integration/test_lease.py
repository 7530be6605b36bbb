"""Two operators, one leader."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.api import LEASES, RELEASES, Api
from tests.cluster.operator import Operator
from tests.cluster.processes import answers
from tests.integration.conftest import Setup
from tests.integration.manifests import phase_is, stable_of
from tests.integration.proxy import EVERY, Proxy, Side
from tests.integration.steps import change, deploy, weights

# A Lease lasts 15 s: who leads sooner was given it, who leads later waited for something else.
HANDOVER_SECONDS = 10.0
TAKEOVER_SECONDS = 30.0


PAUSED = [{"name": "first", "weight": 20, "pause": "UntilPromoted"}]


@pytest.fixture
def pair(setup: Setup, api: Api, alone: None) -> Iterator[tuple[Operator, Operator]]:
    """Two operators with a Lease of their own; the first leads."""
    yield from led_by_the_first(setup, api, setup.plane.kubeconfig("tidegate"))


@pytest.fixture
def proxied_pair(setup: Setup, api: Api, through: Path) -> Iterator[tuple[Operator, Operator]]:
    """The same; the first is behind a proxy."""
    yield from led_by_the_first(setup, api, through)


def led_by_the_first(setup: Setup, api: Api, kubeconfig: Path) -> Iterator[tuple[Operator, Operator]]:
    flags = ("--namespace", api.namespace(f"lease-{time.monotonic_ns()}"))
    first, second = (
        Operator(folder=setup.folder / "pair", kubeconfig=access, name=f"{name}-{flags[1]}", flags=flags)
        for name, access in (("first", kubeconfig), ("second", setup.plane.kubeconfig("tidegate")))
    )
    first.start()
    led_after(first, 0, 30)
    second.start()
    yield first, second
    first.kill()
    second.kill()


def led_after(operator: Operator, since: float, seconds: float) -> float:
    """Wait until an operator leads; the seconds since then."""
    said_within(operator, '"leading"', seconds)
    return time.monotonic() - since


def said_within(operator: Operator, words: str, seconds: float) -> None:
    """Wait until an operator's log has these words."""
    end = time.monotonic() + seconds
    while words not in operator.log.read_text():
        assert time.monotonic() < end, f"{operator.name} has not said {words} after {seconds} s"
        time.sleep(0.02)


def ended_within(operator: Operator, seconds: float) -> None:
    """Wait until an operator's process is gone."""
    end = time.monotonic() + seconds
    while operator.processes.pid(operator.name) is not None:
        assert time.monotonic() < end, f"{operator.name} still runs after {seconds} s"
        time.sleep(0.02)


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


def test_a_leader_that_cannot_renew_in_mid_step_writes_nothing_after_another_leads(
    api: Api, namespace: str, proxy: Proxy, proxied_pair: tuple[Operator, Operator]
) -> None:
    """Only its Lease is refused: it sees the cluster, and could write to it."""
    first, second = proxied_pair
    stable = deploy(api, namespace, steps=PAUSED)
    change(api, namespace, "2")
    found = api.until(RELEASES, namespace, "web", phase_is("Paused"))
    candidate = found["status"]["candidate"]["revision"]
    proxy.arm(EVERY, -1, Side.BEFORE, lambda: None)

    proxy.refusing = ("/leases", 503)
    led_after(second, time.monotonic(), 60)
    written = len(proxy.writes)
    api.ask(namespace, "web", promote=f"{candidate}/first/1")
    found = api.until(RELEASES, namespace, "web", phase_is("Promoted"))

    assert stable_of(found) == candidate != stable
    said_within(first, "LeaseLost", 30)
    ended_within(first, 30)
    assert [(write.verb, write.path) for write in proxy.writes[written:]] == []


def test_a_leader_whose_lease_another_takes_ends_at_once_and_leaves_it_to_that_one(
    api: Api, namespace: str, proxy: Proxy, proxied_pair: tuple[Operator, Operator]
) -> None:
    first, second = proxied_pair
    second.stop()
    deploy(api, namespace, steps=PAUSED)
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Paused"))
    own = first.flags[1]

    api.merge(LEASES, own, "tidegate", {"spec": {"holderIdentity": "another", "leaseDurationSeconds": 3600}})

    said_within(first, "LeaseLost", 30)
    ended_within(first, 30)
    assert api.get(LEASES, own, "tidegate")["spec"]["holderIdentity"] == "another"
    api.ask(namespace, "web", abort="1")
    assert weights(api, namespace) == [80, 20]
