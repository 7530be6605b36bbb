"""How a candidate becomes stable, and how one that was stable lately comes back."""

from typing import Annotated

from pydantic import Field

from .model import Declared, Duration


class Promotion(Declared):
    """How a candidate becomes stable."""

    watch: Annotated[
        Duration, Field(description="Time at full weight, judged, with stable's pods kept: going back is instant.")
    ] = "15m"  # type: ignore[assignment]


class RollbackWindow(Declared):
    """How far back a rollout needs no steps."""

    revisions: Annotated[
        int, Field(ge=0, le=10, description="How many of the last revisions that were stable; 0: every one walks.")
    ] = 1
