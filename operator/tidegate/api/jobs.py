"""Jobs that are run on the way of a rollout: what all of them declare, and one that is an objective's answer."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from .model import Declared, Duration
from .pod_template import PodTemplate

LONGEST_WAIT = timedelta(hours=24)


def bounded(wait: timedelta) -> timedelta:
    """A Job is kept for longer than anyone may wait for it, so that none ever runs twice."""
    if not timedelta(seconds=1) <= wait <= LONGEST_WAIT:
        message = "must be at least 1s and at most 24h"
        raise ValueError(message)

    return wait


class Job(Declared):
    """Pods that run to their end."""

    template: Annotated[
        PodTemplate, Field(description="Its pods: a PodTemplateSpec; restartPolicy is Never by default.")
    ]
    backoff_limit: Annotated[int, Field(ge=0, le=100, description="Failed pods that are replaced.")] = 0


class JobCheck(Job):
    """A Job that is run at each step, once its weight has settled. Complete passes; Failed is a breach."""

    interval: Annotated[
        Duration | None,
        Field(description="From one Job's start to the next one's at the same step. Absent: one Job a step."),
    ] = None
    timeout: Annotated[Duration, Field(description="How long a Job may run: one that takes longer is no data.")] = "10m"  # type: ignore[assignment]
    consecutive: Annotated[
        int, Field(ge=1, le=10, description="Jobs in a row that must fail for a breach; more than 1 needs interval.")
    ] = 1

    @field_validator("timeout")
    @classmethod
    def _bounded(cls, timeout: timedelta) -> timedelta:
        return bounded(timeout)

    @model_validator(mode="after")
    def _repeated(self) -> "JobCheck":
        if self.interval is None and self.consecutive > 1:
            message = "job: consecutive needs interval: without it one Job is run at a step"
            raise ValueError(message)

        if self.interval is not None:
            bounded(self.interval)

        return self
