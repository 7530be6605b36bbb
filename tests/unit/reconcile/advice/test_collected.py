"""Advice is shown, told once, and read by no decision."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.unit.reconcile.judging.test_track import track
from tests.unit.reconcile.seen.test_sides import empty_world
from tidegate.decision import decide
from tidegate.decision.progress import Progress
from tidegate.judge.advice import Advice, Topic
from tidegate.judge.unusual import Gauge
from tidegate.metrics.usage import GROWTH, LATELY, MEMORY, PERIODS, THROTTLED
from tidegate.reconcile import kinds
from tidegate.reconcile.advice.collected import advice_of, news
from tidegate.reconcile.advice.logs import Logs, rollout_of
from tidegate.reconcile.advice.usage_told import Sides
from tidegate.reconcile.judging.evidence import measured
from tidegate.reconcile.judging.tally import BadRequests
from tidegate.reconcile.judging.track import Tracks
from tidegate.reconcile.judging.tracks import candidate_of, stable_of
from tidegate.reconcile.observe import observe
from tidegate.reconcile.record import worth_writing
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.watch import Key

NOW = datetime(2026, 11, 27, 14, 11, tzinfo=UTC)
KEY = Key("mid-rollout", "web")
STORED = list(yaml.safe_load_all(Path("tests/integration/first_status/mid-rollout.yaml").read_text()))
KINDS = {"Release": kinds.RELEASES, "ReplicaSet": kinds.REPLICA_SETS, "Service": kinds.SERVICES}
CRASH = {"terminated": {"reason": "OOMKilled", "finishedAt": "2026-11-27T14:10:30Z"}}
OLD_LINE = {"topic": "Restarts", "sentence": "as it was told", "since": "2026-11-27T14:10:00.000000Z"}


def pod(name: str, revision: str, **container: Any) -> dict[str, Any]:
    labels = {"tidegate.dev/release": "web", "tidegate.dev/revision": revision}
    metadata = {"name": name, "namespace": KEY[0], "uid": name, "resourceVersion": "1", "labels": labels}
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-27T14:09:51Z"}
    started = {"name": "web", "restartCount": 0, "state": {"running": {}}, **container}
    status = {"phase": "Running", "conditions": [ready], "containerStatuses": [started]}
    return {"metadata": metadata | {"creationTimestamp": "2026-11-27T14:09:51Z"}, "status": status}


async def world_with(*, crashes: int, advice: tuple[dict[str, Any], ...] = ()) -> World:
    """The rollout with two pods on each side; so many of the candidate's have run out of memory, and started again."""
    world = await empty_world()
    for found in deepcopy(STORED):
        if found["kind"] not in KINDS:
            continue

        found["metadata"] |= {"uid": found["metadata"]["name"], "resourceVersion": "1"}
        if found["kind"] == "Release":
            found["status"] |= {"advice": list(advice)} if advice else {}

        world.keep(KINDS[found["kind"]], found)

    status = STORED[0]["status"]
    for place in range(2):
        failed = {"restartCount": 5, "lastState": CRASH} if place < crashes else {}
        world.keep(kinds.PODS, pod(f"new-{place}", status["candidate"]["revision"], **failed))
        world.keep(kinds.PODS, pod(f"old-{place}", status["stable"]["revision"]))

    return world


def look(world: World) -> Seen:
    seen = observe(KEY, world)
    assert seen is not None
    return seen


def lines(world: World, **changes: Any) -> list[dict[str, Any]]:
    seen = look(world)
    progress: Progress = replace(seen.snapshot.progress, **changes)
    return advice_of(KEY, seen.stored.found["status"], progress, world)


async def test_restarts_and_kills_are_told_with_the_pods_and_both_sides_counts() -> None:
    told = {line["topic"]: line["sentence"] for line in lines(await world_with(crashes=2))}

    assert told == {
        "Restarts": "2 of 2 candidate pods restarted, 10 times in all; 0 of 2 of stable's did: new-0, new-1",
        "OutOfMemory": "containers of 2 of 2 candidate pods were killed out of memory; 0 of 2 of stable's:"
        " new-0, new-1",
    }


async def test_nothing_is_decided_by_advice() -> None:
    """Whatever is advised, or was, the snapshot is the same; so is what is decided on it."""
    quiet, loud = await world_with(crashes=0), await world_with(crashes=2, advice=(OLD_LINE,))
    remember_all(loud)

    assert lines(quiet) == []
    # The day before is told of when no candidate is left, and there is nothing to decide.
    in_a_rollout = set(Topic) - {Topic.WORSE_THAN_YESTERDAY}
    assert {line["topic"] for line in lines(loud)} == {topic.value for topic in in_a_rollout}
    without, with_it = (replace(look(world).snapshot, now=NOW) for world in (quiet, loud))
    assert without == with_it
    assert decide(without) == decide(with_it)


def remember_all(world: World) -> None:
    """What was counted, read and asked so far is as bad as can be, and nothing of it is an objective that gates."""
    seen, memory = look(world), world.memory(KEY)
    progress = seen.snapshot.progress
    memory.logs = Logs(rollout_of(progress))
    memory.logs.candidate.hear("new-0", ["ERROR order lost"] * 9, NOW)
    memory.logs.stable.hear("old-0", [], NOW)
    bad = {PERIODS: 9e9, THROTTLED: 9e9, MEMORY: 1e8, GROWTH: 1e6, LATELY: 1e6}
    told = {(KEY[0], f"new-{place}"): bad for place in range(2)}
    told |= {(KEY[0], f"old-{place}"): {PERIODS: 9e9, MEMORY: 1e8} for place in range(2)}
    memory.usage = Sides(candidate_of(seen), stable_of(seen), NOW + timedelta(hours=1), told)
    unusual = Advice(topic=Topic.UNUSUAL, subject="queue", sentence="queue is 500", since=NOW)
    measured(KEY, progress, world).gauges["queue"] = Gauge(advice=unusual)
    counted = track()
    assert isinstance(counted.tally, BadRequests)
    counted.tally.client_errors = replace(counted.tally.client_errors, since=NOW)
    memory.tracks = Tracks((*rollout_of(progress), "", ""), {"not declared any more": counted})


async def test_what_was_told_once_in_a_rollout_stays_told() -> None:
    """Its pods may be gone by then; what is new comes after it."""
    gone = await world_with(crashes=0, advice=(OLD_LINE,))
    assert lines(gone) == [OLD_LINE]

    again = lines(await world_with(crashes=1, advice=(OLD_LINE,)))
    assert [(line["topic"], line["since"] == OLD_LINE["since"]) for line in again] == [
        ("Restarts", True),
        ("OutOfMemory", False),
    ]
    assert again[0]["sentence"].startswith("1 of 2 candidate pods restarted")


async def test_another_rollout_begins_with_no_advice() -> None:
    world = await world_with(crashes=0, advice=(OLD_LINE,))
    started_at = look(world).snapshot.progress.started_at
    assert started_at is not None

    assert lines(world, started_at=started_at + timedelta(seconds=1)) == []
    assert lines(world, candidate=None) == []


async def test_what_was_learned_of_another_rollout_is_not_told_of_this_one() -> None:
    world = await world_with(crashes=0)
    remember_all(world)
    started_at = look(world).snapshot.progress.started_at
    assert started_at is not None

    told = {line["topic"] for line in lines(world, started_at=started_at + timedelta(seconds=1))}
    assert told <= {"Throttled", "MemoryGrows"}, "those are of pods, whichever rollout has them"


async def test_a_status_has_ten_lines_at_most_and_keeps_the_oldest() -> None:
    kept = tuple({**OLD_LINE, "subject": str(place)} for place in range(9))

    found = lines(await world_with(crashes=2, advice=kept))

    assert len(found) == 10
    assert tuple(found[:9]) == kept


async def test_other_words_are_not_worth_a_write_and_a_new_line_is() -> None:
    world = await world_with(crashes=0)
    status, progress = look(world).stored.found["status"], look(world).snapshot.progress
    told, reworded = status | {"advice": [OLD_LINE]}, status | {"advice": [{**OLD_LINE, "sentence": "ten times"}]}

    assert not worth_writing(told, reworded, progress)
    assert worth_writing(status, told, progress)


async def test_each_line_is_news_once() -> None:
    other = {**OLD_LINE, "topic": "OutOfMemory"}

    assert news({}, {"advice": [OLD_LINE, other]}) == [OLD_LINE, other]
    assert news({"advice": [{**OLD_LINE, "sentence": "ten times"}]}, {"advice": [OLD_LINE, other]}) == [other]
    assert news({"advice": [OLD_LINE]}, {}) == []
