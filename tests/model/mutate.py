"""Do the tests bite? Take each clause out of each ladder, swap each with its neighbour: every mutant must die.

Neighbours that never both apply, in no state of the walk and in no row of the tables, may stand in either order.
`python -m tests.model.mutate` prints every other survivor, and fails for one that is not explained here.
"""

import contextlib
import importlib
import io
import itertools
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

import tidegate.decision as package
from tests.model.walk import walk
from tidegate.decision.decision import Decision, Rule, first_that_applies
from tidegate.decision.snapshot import Snapshot

LADDERS = ("LADDER", "ROLLBACK", "PROMOTION", "FIRST_DEPLOYMENT", "ROLLOUT", "REST", "HAND_BACK")
TABLES = Path(__file__).parents[1] / "unit" / "decision"
Rules = tuple[Rule, ...]

# Mutants that live by right: why the two orders, or the absence, decide the same.
EXPLAINED: dict[str, str] = {
    "ROLLBACK: drain before wait_for_the_router": "both hold for the same reason; only one look more or less is taken",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A ladder with one change."""

    name: str
    ladder: str
    rules: Rules
    swapped: tuple[Rule, Rule] | None = None


def modules() -> list[ModuleType]:
    """Every module of the package: a ladder may be imported by several."""
    names = [found.name for found in pkgutil.iter_modules(package.__path__)]
    return [importlib.import_module(f"{package.__name__}.{name}") for name in names]


def ladder(name: str) -> Rules:
    """The rules of a ladder as they are."""
    found: Rules = next(vars(module)[name] for module in modules() if name in vars(module))
    return found


def mutants() -> Iterator[Mutant]:
    """One deletion for each clause, one swap for each pair of neighbours."""
    for name in LADDERS:
        rules = ladder(name)
        for place, rule in enumerate(rules):
            yield Mutant(f"{name}: without {rule.__name__}", name, (*rules[:place], *rules[place + 1 :]))

        for place, (first, second) in enumerate(itertools.pairwise(rules)):
            swapped = (*rules[:place], second, first, *rules[place + 2 :])
            yield Mutant(f"{name}: {second.__name__} before {first.__name__}", name, swapped, (first, second))


@contextmanager
def put_in(mutant: Mutant) -> Iterator[None]:
    """Let every module use the mutant's rules."""
    before = ladder(mutant.ladder)
    users = [module for module in modules() if mutant.ladder in vars(module)]
    for module in users:
        setattr(module, mutant.ladder, mutant.rules)

    try:
        yield
    finally:
        for module in users:
            setattr(module, mutant.ladder, before)


def run_tables() -> bool:
    """Whether every row of the tables holds."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-p", "no:warnings", str(TABLES)])

    return code == pytest.ExitCode.OK


def looks() -> dict[Rules, set[Snapshot]]:
    """Every snapshot that each ladder is asked about, in the walk and in the tables."""
    found: dict[Rules, set[Snapshot]] = {}

    def recording(rules: Rules, seen: Snapshot) -> Decision:
        found.setdefault(rules, set()).add(seen)
        return first_that_applies(rules, seen)

    users = [module for module in modules() if "first_that_applies" in vars(module)]
    for module in users:
        vars(module)["first_that_applies"] = recording

    try:
        walk(disturbances=1)
        run_tables()
    finally:
        for module in users:
            vars(module)["first_that_applies"] = first_that_applies

    return found


def commute(mutant: Mutant, seen: set[Snapshot]) -> bool:
    """True for neighbours of which at most one applies, or which decide alike, wherever anyone looked."""
    if mutant.swapped is None:
        return False

    first, second = mutant.swapped
    return all((one := first(look)) is None or (other := second(look)) is None or one == other for look in seen)


def killed_by(mutant: Mutant) -> str:
    """What kills it: the tables, the walk, or nothing."""
    with put_in(mutant):
        if not run_tables():
            return "tables"

        try:
            walk(disturbances=1)
        except (AssertionError, StopIteration, KeyError, IndexError):
            return "walk"

    return ""


def main() -> None:
    """Try every mutant."""
    counts: dict[str, int] = {}
    unexplained = []
    seen = looks()
    for mutant in mutants():
        killer = "either order" if commute(mutant, seen[ladder(mutant.ladder)]) else killed_by(mutant)
        counts[killer or "lives"] = counts.get(killer or "lives", 0) + 1
        if not killer:
            why = EXPLAINED.get(mutant.name, "")
            unexplained += [] if why else [mutant.name]
            print(f"lives: {mutant.name}" + (f" ({why})" if why else ""), flush=True)

    print(counts)
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
