"""A spec as values, with the parts put back that a rollout was started with; and what of it cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.api import InvalidSpec, ReleaseSpec, parse_spec, salvaged_spec
from tidegate.decision.plan import Plan

from .pin import PINNED, parts_in
from .plan import plan_of


@dataclass(frozen=True, slots=True)
class ReadSpec:
    """A spec as values, and the plan in it: the newest, or that which a rollout under way goes by.

    `invalid`: what is wrong, where it could not be read whole. `whole`: all that a rollout keeps could be.
    """

    spec: ReleaseSpec
    plan: Plan
    invalid: str = ""
    whole: bool = True


def read_spec(spec: Mapping[str, Any], pin: str | None) -> ReadSpec:
    """The spec with its pinned parts put back. What is invalid in it stops every step forward, and no rollback.

    Nor does it end the judging: what can be read, of what was pinned, else of what is declared now, is gone by.
    Raises InvalidSpec where not even a rollback can be read from it.
    """
    declared = {name: value for name, value in spec.items() if not pin or name not in PINNED}
    try:
        kept = parts_in(pin) if pin else {}
    except InvalidSpec as error:
        return _salvaged(spec, f"{error}; meanwhile it goes by what is declared now", whole=False)

    try:
        parsed = parse_spec({**declared, **kept})
    except InvalidSpec as error:
        return _salvaged({**declared, **kept}, str(error))

    return ReadSpec(parsed, plan_of(parsed))


def _salvaged(spec: Mapping[str, Any], why: str, *, whole: bool = True) -> ReadSpec:
    """What can be read of a spec, why not all of it, and what was left out."""
    found = salvaged_spec(spec)
    left = ", ".join(found.lost)
    invalid = f"{why}; meanwhile it goes on without {left}" if left else why
    lost = any(field.partition("[")[0] in PINNED for field in found.lost)
    return ReadSpec(found.spec, plan_of(found.spec), invalid, whole=whole and not lost)
