"""One step of the way to full weight, as users declare it."""

from typing import Annotated

from pydantic import Field, model_validator

from .enums import OnTrouble, Pause
from .exposure import Match, Mirror
from .model import Declared, Duration, Name

FULL = 100
IMPLIED_STEP = "full"


class Step(Declared):
    """A weight, the least time at it, and its gates."""

    name: Annotated[Name, Field(description="The step's name, unique in the Release.")]
    weight: Annotated[int, Field(ge=0, le=100, description="The candidate's share of traffic, in percent.")]
    dwell: Annotated[Duration, Field(description="The least time at this weight, once it has settled.")] = "0s"  # type: ignore[assignment]
    replicas: Annotated[
        int | None, Field(ge=1, le=10000, description="The candidate's pods; its share of replicas where absent.")
    ] = None
    pause: Annotated[Pause | None, Field(description="UntilPromoted: a person opens the step by annotation.")] = None
    deadline: Annotated[
        Duration | None,
        Field(description="The longest time from entering the step to leaving it; pauses and outages do not count."),
    ] = None
    on_deadline: Annotated[
        OnTrouble, Field(description="RollBack, or Hold: the weight stays until a person promotes the step.")
    ] = OnTrouble.ROLL_BACK
    match: Annotated[
        tuple[Match, ...] | None,
        Field(
            min_length=1,
            max_length=8,
            description="Requests that meet one of these go to the candidate; the others are split by weight.",
        ),
    ] = None
    mirror: Annotated[
        Mirror | None,
        Field(description="Copies of requests go to the candidate, at weight 0; nobody gets its answers."),
    ] = None

    @model_validator(mode="after")
    def _deadline_acts(self) -> "Step":
        if self.on_deadline is OnTrouble.HOLD and self.deadline is None:
            message = "onDeadline: Hold acts only at a deadline: declare one"
            raise ValueError(message)

        return self


DEFAULT_STEPS = (
    {"name": "first", "weight": 5, "dwell": "5m"},
    {"name": "quarter", "weight": 25, "dwell": "5m"},
    {"name": "half", "weight": 50, "dwell": "5m"},
)


def must_rise(steps: tuple[Step, ...]) -> None:
    """Raises ValueError for steps that no rollout could walk to full weight, each by its name."""
    names, weights = [step.name for step in steps], [step.weight for step in steps]
    if len(set(names)) < len(names):
        message = "steps: names must be unique"
        raise ValueError(message)

    if sorted(weights) != weights or weights.count(FULL) > 1:
        message = "steps: weights must not fall, and 100 may only be the last"
        raise ValueError(message)

    if IMPLIED_STEP in names and weights[-1] != FULL:
        message = f"steps: {IMPLIED_STEP} is the name of the implied last step at weight 100: name this one otherwise"
        raise ValueError(message)
