"""One step of the way to full weight, as users declare it."""

from typing import Annotated

from pydantic import Field

from .enums import OnTrouble, Pause
from .exposure import Match, Mirror
from .model import Declared, Duration, Name


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


DEFAULT_STEPS = (
    {"name": "first", "weight": 5, "dwell": "5m"},
    {"name": "quarter", "weight": 25, "dwell": "5m"},
    {"name": "half", "weight": 50, "dwell": "5m"},
)
