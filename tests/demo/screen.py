"""The rollout as it goes, one line for each thing that changes."""

import time
from dataclasses import dataclass, field

from tests.cluster.api import Object

WIDTH = 20


@dataclass(slots=True)
class Screen:
    """Prints what is new in a Release."""

    began: float = field(default_factory=time.monotonic)
    _last: str = ""

    def say(self, text: str) -> None:
        """A line with its time."""
        print(f"{time.monotonic() - self.began:7.1f} s  {text}", flush=True)

    def title(self, text: str) -> None:
        """The beginning of a version."""
        print(f"\n── {text} " + "─" * max(70 - len(text), 0), flush=True)

    def show(self, found: Object, weight: int) -> None:
        """The weight, the phase and each objective, where they changed."""
        status = found.get("status") or {}
        judged = "  ".join(
            f"[{line['name']}: {line.get('value', '–')} {line['bound']} {line['verdict']}]"
            for line in status.get("objectives") or ()
        )
        text = f"{bar(weight)}  {status.get('phase', 'Pending'):<12} {status.get('message', '')}  {judged}".rstrip()
        if text != self._last:
            self._last = text
            self.say(text)


def bar(weight: int) -> str:
    """The candidate's share as a bar."""
    full = round(WIDTH * weight / 100)
    return "█" * full + "░" * (WIDTH - full) + f" {weight:3d} %"
