"""How a candidate becomes stable, and how one that was stable lately comes back."""

from typing import Annotated

from pydantic import Field

from .enums import Afterwards
from .model import Declared, Duration


class Promotion(Declared):
    """How a candidate becomes stable."""

    watch: Annotated[
        Duration, Field(description="Time at full weight, judged, with stable's pods kept: going back is instant.")
    ] = "15m"  # type: ignore[assignment]
    afterwards: Annotated[
        Afterwards,
        Field(
            description="Warn: for a day more, errors and slow requests are compared with those of the same time a day"
            " before, and worse ones are told. Nothing: they are not."
        ),
    ] = Afterwards.WARN


class RollbackWindow(Declared):
    """How far back a rollout needs no steps."""

    revisions: Annotated[
        int, Field(ge=0, le=10, description="How many of the last revisions that were stable; 0: every one walks.")
    ] = 1
