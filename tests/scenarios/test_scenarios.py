"""The stories of scenarios.yaml, told to `decide`."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.decision.world import World
from tidegate.api import Suspend, parse_duration
from tidegate.decision.actions import SetWeight
from tidegate.decision.progress import Asks
from tidegate.decision.snapshot import Evidence

SCENARIOS = yaml.safe_load(Path(__file__).with_name("scenarios.yaml").read_text())
METRICS = {
    "good": Evidence(passed=True),
    "bad": Evidence(breach=True, sentence="errors: 0.2, must be ≤ 0.01"),
    "none": Evidence(no_data=True, sentence="errors: no series"),
    "down": Evidence(unavailable=True, sentence="errors: no answer within 5 s"),
    "silent": Evidence(),
}


class Story:
    """A world, and the events that come to it."""

    def __init__(self) -> None:
        self.world = World()
        self.told = False

    def declare(self, revision: str) -> None:
        """A template in Git; what was declared before has come to rest by then."""
        if self.told:
            self.world.run()

        self.told = True
        self.world.target = revision

    def metrics(self, state: str) -> None:
        self.world.run()
        self.world.evidence = METRICS[state]

    def pods(self, states: dict[str, str]) -> None:
        self.world.run()
        for revision, state in states.items():
            self.world.starts -= {revision}
            self.world.stuck |= {revision} if state == "stuck" else set()

    def wait(self, span: str) -> None:
        self.world.run()
        self.world.wait(parse_duration(span))

    def ask(self, asks: dict[str, str]) -> None:
        self.world.asks = Asks(**asks)

    def suspend(self, level: str) -> None:
        self.world.suspension = Suspend(level)

    def gateway(self, state: str) -> None:
        self.world.run()
        self.world.confirms = state == "confirms"
        if self.world.route:
            self.world.route = replace(self.world.route, confirmed=self.world.confirms)

    def expect(self, wanted: dict[str, Any]) -> None:
        self.world.run()
        progress = self.world.progress
        seen = {
            "phase": progress.phase.value,
            "reason": progress.reason.value,
            "stable": progress.stable,
            "candidate": progress.candidate,
            "weight": self.world.look().weight,
            "weights": [action.weight for action in self.world.done if isinstance(action, SetWeight)],
            "rejected": list(progress.rejected),
        }
        assert {name: seen[name] for name in wanted} == wanted


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["name"])
def test_the_story_ends_as_told(scenario: dict[str, Any]) -> None:
    story = Story()
    for event in scenario["story"]:
        ((what, details),) = event.items()
        getattr(story, what)(details)
