"""Two operators, one leader."""

import json
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from tests.cluster.api import EVENTS, LEASES, RELEASES, Api
from tests.cluster.operator import Operator
from tests.cluster.processes import answers, within
from tests.integration.conftest import Setup
from tests.integration.manifests import phase_is, release, stable_of
from tests.integration.proxy import EVERY, Proxy, Side
from tests.integration.steps import change, deploy, from_before, weights

# The claims: whoever ends in good order hands over at once, and a Lease of 15 s is not outlived by much. They are two
# seconds and twenty, as tests/unit/clients/test_lease.py holds; here a busy machine may stand still for five more.
HANDOVER_SECONDS = 2.0 + 5.0
TAKEOVER_SECONDS = 20.0 + 5.0
# Their Events take seconds at the usual pace.
MANY = 8
NAMES = [f"web-{number}" for number in range(MANY)]


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


def said_at(operator: Operator, event: str) -> float:
    """When an operator first said something, by its own word, in seconds since 1970."""
    lines = (json.loads(line) for line in operator.log.read_text().splitlines() if line.startswith("{"))
    return next(datetime.fromisoformat(line["timestamp"]).timestamp() for line in lines if line["event"] == event)


def ended_within(operator: Operator, seconds: float) -> None:
    """Wait until an operator's process is gone."""
    end = time.monotonic() + seconds
    while operator.processes.pid(operator.name) is not None:
        assert time.monotonic() < end, f"{operator.name} still runs after {seconds} s"
        time.sleep(0.02)


def test_a_leader_that_ends_in_good_order_hands_over_at_once(api: Api, pair: tuple[Operator, Operator]) -> None:
    first, second = pair
    assert within(30, lambda: answers(f"{second.pages}/readyz")), "a standby is ready"

    leases = api.follow(LEASES, first.flags[1], "tidegate", 30)
    holders: list[str] = []
    for found in from_before(leases, first.stop):
        holders += [found["spec"]["holderIdentity"]] if holders[-1:] != [found["spec"]["holderIdentity"]] else []
        if len(holders) == 3:
            break

    leader, nobody, follower = holders
    assert (leader != follower, nobody) == (True, "")
    said_within(second, '"leading"', 30)
    assert said_at(second, "leading") - said_at(first, "ending") < HANDOVER_SECONDS


def test_a_leader_that_ends_in_good_order_tells_all_that_it_did(
    api: Api, namespace: str, pair: tuple[Operator, Operator]
) -> None:
    first, _ = pair
    with ThreadPoolExecutor(MANY) as beside:
        list(beside.map(partial(rolled_out_and_back, api, namespace), NAMES))

    first.stop()

    assert [told(api, namespace, reason) for reason in ("Promoted", "Paused", "Aborted")] == [MANY] * 3


def rolled_out_and_back(api: Api, namespace: str, name: str) -> None:
    """Deploy a first version, roll a second one out up to its pause, and abort it."""
    api.create(RELEASES, release(namespace, name, steps=PAUSED, replicas=1))
    api.until(RELEASES, namespace, name, phase_is("Promoted"), 60)
    change(api, namespace, "2", name)
    api.until(RELEASES, namespace, name, phase_is("Paused"), 60)
    api.ask(namespace, name, abort="1")
    api.until(RELEASES, namespace, name, lambda found: "abort" in found["status"].get("handled", {}))


def told(api: Api, namespace: str, reason: str) -> int:
    """How many Releases an Event with this reason is there for."""
    return len({found["regarding"]["name"] for found in api.all(EVENTS, namespace) if found["reason"] == reason})


def test_a_killed_leader_is_followed_within_the_leases_length(
    api: Api, namespace: str, pair: tuple[Operator, Operator]
) -> None:
    first, second = pair
    deploy(api, namespace)
    killed = time.time()
    first.kill()

    said_within(second, '"leading"', 60)
    assert said_at(second, "leading") - killed <= TAKEOVER_SECONDS
    assert leads(second)
    change(api, namespace, "2")
    api.until(RELEASES, namespace, "web", phase_is("Promoted"))


def leads(operator: Operator) -> bool:
    """True where its page of numbers says so."""
    with urllib.request.urlopen(f"{operator.pages}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()

    return "tidegate_leading 1.0" in lines


def test_the_numbers_tell_the_leader_from_a_standby(pair: tuple[Operator, Operator]) -> None:
    assert [leads(operator) for operator in pair] == [True, False]


def test_only_the_leader_decides(api: Api, namespace: str, pair: tuple[Operator, Operator]) -> None:
    _, second = pair
    deploy(api, namespace)
    # The newest line may not be whole yet: whoever deployed has said so long before.
    lines = [json.loads(line) for line in second.log.read_text().splitlines(keepends=True) if line.endswith("\n")]
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


def test_an_operator_outside_the_cluster_leads_in_the_place_of_an_installed_one_and_never_beside_it(
    setup: Setup, api: Api, pair: tuple[Operator, Operator]
) -> None:
    first, second = pair
    own = first.flags[1]
    outside = Operator(folder=setup.folder / "pair", kubeconfig=setup.plane.kubeconfig("tidegate"), flags=())

    outside.start(wait=False)
    ended_within(outside, 30)
    said = outside.log.read_text()
    assert f"by the Lease in namespace {own}. End it first" in said
    assert '"leading"' not in said
    assert "Traceback" not in said

    second.stop()
    first.stop()
    forget_other_leases(api, own)
    outside.start()
    led_after(outside, 0, 30)
    assert api.get(LEASES, own, "tidegate")["spec"]["holderIdentity"].endswith(f"_{outside.processes.pid('operator')}")
    outside.stop()


def test_an_operator_outside_the_cluster_ends_when_one_is_installed(setup: Setup, api: Api, alone: None) -> None:
    forget_other_leases(api, "")
    folder, access = setup.folder / "later", setup.plane.kubeconfig("tidegate")
    outside = Operator(folder=folder, kubeconfig=access, name="outside", flags=())
    outside.start()
    led_after(outside, 0, 30)
    flags = ("--namespace", api.namespace(f"lease-{time.monotonic_ns()}"))
    installed = Operator(folder=folder, kubeconfig=access, name="installed", flags=flags)

    installed.start()

    ended_within(outside, 30)
    said_within(outside, f"by the Lease in namespace {flags[1]}. End it first", 1)
    installed.stop()


def forget_other_leases(api: Api, own: str) -> None:
    """Other tests leave Leases behind, as no cluster has them."""
    for found in api.all(LEASES):
        metadata = found["metadata"]
        if metadata["name"] == "tidegate" and metadata["namespace"] != own:
            api.delete(LEASES, metadata["namespace"], "tidegate")
