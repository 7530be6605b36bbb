"""What /metrics says of Releases."""

import re
from dataclasses import replace

import pytest
from prometheus_client import generate_latest
from prometheus_client.samples import Sample

from tests.unit.cli.test_grafana import ALERTS
from tests.unit.decision.test_decide import BREACH, at_first_step
from tests.unit.decision.test_status import status
from tests.unit.decision.world import World, deployed
from tests.unit.reconcile.seen.test_sides import empty_world
from tests.unit.reconcile.test_unread import SPEC, made
from tidegate.cli.generate import ROOT
from tidegate.clients import Credentials, Http, Kube
from tidegate.decision.reasons import BLOCKING, Reason
from tidegate.decision.snapshot import Blocked
from tidegate.handlers.exposition import Rollouts
from tidegate.reconcile import kinds
from tidegate.reconcile import world as reconciled
from tidegate.reconcile.scope import Scope
from tidegate.telemetry import Telemetry

HANGING = {
    reason for group in re.findall(r'reason=~"([^"]*)"', ALERTS["TidegateRolloutHangs"]) for reason in group.split("|")
}
# A person knows of it, or it ends by itself.
NO_ALARM = {
    Reason.PAUSED,
    Reason.SUSPENDED,
    Reason.LOWERED_BY_HAND,
    Reason.HOOK_WAITS,
    Reason.PROGRESSING,
    Reason.WATCHING,
    Reason.DRAINING,
    Reason.PROMOTED,
    Reason.REVERTED,
    Reason.OBJECTIVE_BREACHED,
    Reason.ABORTED,
}


async def series_of(family: str, *worlds: World) -> list[Sample]:
    """Every series of a family, where these are the Releases."""
    kube, http = Kube(Credentials(server="http://none", namespace="tidegate", tls=None)), Http()
    world = reconciled.World(kube, http, http, lambda: 0.0, Telemetry(), reporter="test", scope=Scope())
    for number, each in enumerate(worlds):
        metadata = {"namespace": "shop", "name": f"web-{number}", "resourceVersion": "1", "uid": f"u{number}"}
        world.store(kinds.RELEASES).put({"metadata": metadata, "spec": b"{}", "status": status(each)})

    await kube.close()
    await http.close()
    return list(next(found for found in Rollouts(world).collect() if found.name == family).samples)


async def said_of(*worlds: World) -> set[tuple[str, ...]]:
    """Release, type and reason of every series of the conditions, where these are the Releases."""
    found = await series_of("tidegate_release_condition", *worlds)
    return {tuple(sample.labels[name] for name in ("release", "type", "reason")) for sample in found}


def breached() -> World:
    world = at_first_step()
    world.evidence = BREACH
    world.run()
    return world


def blocked() -> World:
    world = at_first_step()
    world.blocked = Blocked(reason=Reason.GATEWAY_MISSING, sentence="mend it")
    world.run()
    return world


async def test_a_release_that_does_not_rest_says_why_and_one_that_rests_nothing() -> None:
    assert await said_of(deployed(), blocked(), breached(), deployed()) == {
        ("web-1", "Stalled", "GatewayMissing"),
        ("web-2", "Stalled", "ObjectiveBreached"),
    }


async def test_a_rollout_that_is_blocked_hangs_though_its_phase_says_that_it_progresses() -> None:
    world = blocked()
    (_, _, reason) = (await said_of(world)).pop()

    assert world.progress.phase.value == "Progressing"
    assert reason in HANGING


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason in BLOCKING])
def test_whatever_blocks_is_an_alarm(reason: Reason) -> None:
    assert reason.value in HANGING


@pytest.mark.parametrize("reason", [Reason.HANDING_BACK, Reason.HAND_BACK_WAITS])
def test_a_deleted_release_that_does_not_go_is_an_alarm(reason: Reason) -> None:
    """Who deleted it looks elsewhere by then, also where nothing goes on before that person says something."""
    assert reason.value in HANGING


def test_an_alarm_names_reasons_that_exist_and_none_that_a_person_knows_of() -> None:
    assert {reason.value for reason in Reason} >= HANGING
    assert not {reason.value for reason in NO_ALARM} & HANGING


@pytest.mark.parametrize("reason", sorted(HANGING))
def test_the_runbook_has_a_row_for_every_reason_of_an_alarm(reason: str) -> None:
    rows = [line for line in (ROOT / "docs" / "runbook.md").read_text().splitlines() if line.startswith("|")]

    assert [row for row in rows if f"`{reason}`" in row.split("|")[1]]


async def test_the_weight_is_what_the_route_carries_though_a_hand_set_it() -> None:
    lowered = at_first_step()
    assert lowered.route is not None
    lowered.route = replace(lowered.route, weight=4, confirmed=False)

    found = await series_of("tidegate_release_weight", lowered, at_first_step(), deployed())

    assert [sample.value for sample in found] == [4, 20, 0]


async def test_a_release_whose_status_has_any_shape_keeps_no_other_from_being_shown() -> None:
    world = await empty_world()
    world.telemetry.registry.register(Rollouts(world))
    bad = {**made("bad", 1, SPEC), "status": {"phase": ["x"], "step": "x", "conditions": ["x"]}}
    good = {**made("good", 2, SPEC), "status": status(blocked())}
    for found in (bad, good):
        world.keep(kinds.RELEASES, found)

    page = generate_latest(world.telemetry.registry).decode()

    assert (
        'tidegate_release_condition{namespace="shop",reason="GatewayMissing",release="good",type="Stalled"} 1' in page
    )
    assert 'tidegate_release_weight{namespace="shop",release="good"}' in page
