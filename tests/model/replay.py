"""Is what an operator did in a real cluster a path of the model? Its log has one line for each decision."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.model import walk as model
from tidegate.decision import Decision, Snapshot

# What a turn did, without its numbers: why, in which phase it left the Release, and by which effects.
Turn = tuple[str, str, tuple[str, ...]]


@cache
def turns_of_the_model(disturbances: int = 1) -> frozenset[Turn]:
    """Every kind of turn that the walk takes, from the first deployment on."""
    found: set[Turn] = set()
    decide = model.decide

    def recording(seen: Snapshot) -> Decision:
        decision = decide(seen)
        effects = tuple(type(action).__name__ for action in decision.actions)
        found.add((decision.reason.value, decision.progress.phase.value, effects))
        return decision

    model.decide = recording
    try:
        model.walk(disturbances)
    finally:
        model.decide = decide

    return frozenset(found)


def turns_of(log: Path, namespace: str) -> Iterator[tuple[Turn, str]]:
    """Every turn of an operator's log for a namespace that did or recorded something, and its line."""
    for line in log.read_text().splitlines():
        entry = json.loads(line)
        if "phase" in entry and "actions" in entry and entry["namespace"] == namespace:
            yield (entry["reason"], entry["phase"], tuple(entry["actions"])), line


def strays(log: Path, namespace: str) -> list[str]:
    """The lines that are no turn of the model."""
    known = turns_of_the_model()
    return [line for turn, line in turns_of(log, namespace) if turn not in known]
