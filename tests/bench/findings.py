"""What a question came to: each figure beside its aim and the machine's own cost, as JSON and as a table."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from .aims import Aim
from .conditions import Conditions, Machine
from .spread import Spread

HEAD = ("question", "figure", "Tidegate", "aim", "met", "bare PATCH", "conditions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """A question's figures. `bare_patch` was measured beside them; None where nothing was timed."""

    question: str
    seconds: float
    conditions: Conditions
    figures: dict[str, object]
    aims: dict[str, Aim]
    bare_patch: Spread | None

    def missed(self) -> list[str]:
        """The figures that are not as they are to be."""
        return [name for name, aim in self.aims.items() if not aim.met(self.figures.get(name))]

    def as_json(self) -> dict[str, Any]:
        """With all that belongs to a figure beside it."""
        return {
            "question": self.question,
            "seconds": round(self.seconds),
            "conditions": asdict(self.conditions),
            "figures": [self._figure(name) for name in self.figures],
        }

    def rows(self) -> Iterable[tuple[str, ...]]:
        """A row for each figure; what holds for all of them stands in the first."""
        for place, (name, figure) in enumerate(self.figures.items()):
            aim = str(self.aims[name]) if name in self.aims else ""
            met = ("no" if name in self.missed() else "yes") if aim else ""
            shared = (self.question, str(self.conditions)) if place == 0 else ("", "")
            yield shared[0], name, shown(figure), aim, met, self._beside(figure), shared[1]

    def _figure(self, name: str) -> dict[str, Any]:
        figure, aim = self.figures[name], self.aims.get(name)
        beside = asdict(self.bare_patch) if self.bare_patch and isinstance(figure, Spread) else None
        return {
            "figure": name,
            "measured": asdict(figure) if isinstance(figure, Spread) else figure,
            "aim": str(aim) if aim else None,
            "met": name not in self.missed() if aim else None,
            "bare_patch": beside,
        }

    def _beside(self, figure: object) -> str:
        return str(self.bare_patch) if self.bare_patch and isinstance(figure, Spread) else ""


def as_json(machine: Machine, found: Iterable[Findings]) -> dict[str, Any]:
    """The whole run."""
    return {"machine": asdict(machine), "questions": [each.as_json() for each in found]}


def table(found: Iterable[Findings]) -> str:
    """The whole run, in Markdown."""
    lines = [HEAD, ("---",) * len(HEAD), *(row for each in found for row in each.rows())]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def shown(figure: object) -> str:
    """A figure for people."""
    if isinstance(figure, dict):
        return ", ".join(f"{name} {count}" for name, count in figure.items())

    return str(figure)
