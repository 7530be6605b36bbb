"""Do the tests bite? Take each clause out of each ladder, swap each with its neighbour: every mutant must die.

Neighbours that never both apply, in no state of the walk and in no row of the tables, may stand in either order.
`python -m tests.model.mutate` prints every other survivor, and fails for one that is not explained here.
`python -m tests.model.mutate hand_back takeover` tries only the mutants of clauses that are written in those modules.
"""

import contextlib
import importlib
import io
import itertools
import pkgutil
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

import tidegate.decision as package
from tests.model.plans import Kind
from tests.model.walk import walk
from tidegate.decision.decision import Decision, Rule, first_that_applies
from tidegate.decision.snapshot import Snapshot

LADDERS = ("LADDER", "ROLLBACK", "PROMOTION", "FIRST_DEPLOYMENT", "ROLLOUT", "REST", "HAND_BACK")
# Modules whose clauses are about a Deployment that is taken over, or a Release that is deleted.
ENDS = frozenset({"takeover", "hand_back"})
TABLES = Path(__file__).parents[1] / "unit" / "decision"
Rules = tuple[Rule, ...]

# Mutants that live by right: why the two orders, or the absence, decide the same.
EXPLAINED: dict[str, str] = {
    "ROLLBACK: drain before wait_for_the_router": "both hold for the same reason; only one look more or less is taken",
    "ROLLOUT: hold_for_stable before wait_for_endpoints": "both hold before the weight rises; only which"
    " of two that are missing is named differs",
    "ROLLOUT: wait_for_the_router before raise_weight": "a step is entered from a weight that is confirmed, and the"
    " raise counts only once it is confirmed too",
    "ROLLOUT: point_candidate_service before wait_for_baseline": "the Service has no weight yet, and both come"
    " before one rises",
    "HAND_BACK: take_the_exposure_off_what_is_kept before point_candidate_at_what_is_kept": "the weight, and what"
    " matches, is stable's by then",
    "HAND_BACK: restore_the_routes before detach_the_pods": "whichever Service the"
    " route names is the Deployment's by then",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A ladder with one change."""

    name: str
    ladder: str
    rules: Rules
    changed: tuple[Rule, ...]

    @property
    def modules(self) -> frozenset[str]:
        """Where the clauses that it changes are written."""
        return frozenset(rule.__module__.rpartition(".")[2] for rule in self.changed)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of Release whose walk can kill it, the quickest first."""
        return (Kind.ROOMLESS, Kind.MATCHING, Kind.TAKEOVER, Kind.PLAIN) if self.modules & ENDS else (Kind.PLAIN,)


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
            yield Mutant(f"{name}: without {rule.__name__}", name, (*rules[:place], *rules[place + 1 :]), (rule,))

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


def looks(kinds: Collection[Kind]) -> dict[Rules, set[Snapshot]]:
    """Every snapshot that each ladder is asked about, in the walks of these kinds and in the tables."""
    found: dict[Rules, set[Snapshot]] = {}

    def recording(rules: Rules, seen: Snapshot) -> Decision:
        found.setdefault(rules, set()).add(seen)
        return first_that_applies(rules, seen)

    users = [module for module in modules() if "first_that_applies" in vars(module)]
    for module in users:
        vars(module)["first_that_applies"] = recording

    try:
        for kind in kinds:
            walk(disturbances=1, kind=kind)

        run_tables()
    finally:
        for module in users:
            vars(module)["first_that_applies"] = first_that_applies

    return found


def commute(mutant: Mutant, seen: set[Snapshot]) -> bool:
    """True for neighbours of which at most one applies, or which decide alike, wherever anyone looked."""
    if len(mutant.changed) == 1:
        return False

    first, second = mutant.changed
    return all((one := first(look)) is None or (other := second(look)) is None or one == other for look in seen)


def killed_by(mutant: Mutant) -> str:
    """What kills it: the tables, the walk, or nothing."""
    with put_in(mutant):
        if not run_tables():
            return "tables"

        return "walk" if any(map(found_by_walking, mutant.kinds)) else ""


def found_by_walking(kind: Kind) -> bool:
    """Whether a walk of this kind breaks an invariant, or breaks off."""
    try:
        walk(disturbances=1, kind=kind)
    except (AssertionError, StopIteration, KeyError, IndexError):
        return True

    return False


def main() -> None:
    """Try every mutant, or those of the modules that are named."""
    named = frozenset(sys.argv[1:])
    tried = [mutant for mutant in mutants() if not named or mutant.modules & named]
    seen = looks({kind for mutant in tried for kind in mutant.kinds})
    counts: dict[str, int] = {}
    unexplained = []
    for mutant in tried:
        killer = "either order" if commute(mutant, seen.get(ladder(mutant.ladder), set())) else killed_by(mutant)
        counts[killer or "lives"] = counts.get(killer or "lives", 0) + 1
        if not killer:
            why = EXPLAINED.get(mutant.name, "")
            unexplained += [] if why else [mutant.name]
            print(f"lives: {mutant.name}" + (f" ({why})" if why else ""), flush=True)

    print(counts)
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
