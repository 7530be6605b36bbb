"""Who else is asked on the way of a rollout, or told of its end: an address, or a Job."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from .enums import OnTrouble, When
from .jobs import Job, bounded
from .model import Declared, Duration, Name, ObjectName, Timeout, one_of


class HookSecret(Declared):
    """A Secret in the Release's namespace, labelled `tidegate.dev/hook`."""

    name: Annotated[ObjectName, Field(description="The Secret's name.")]


class HttpHook(Declared):
    """An address that is sent a POST. 2xx is yes; anything else is not yet."""

    url: Annotated[
        str, Field(pattern=r"^https?://[^\s#]+$", max_length=1024, description="Where the POST goes; never redirected.")
    ]
    auth_secret: Annotated[
        HookSecret | None, Field(description="A Secret with token, or with username and password.")
    ] = None
    timeout: Annotated[Timeout, Field(description="How long one answer may take.")] = "10s"  # type: ignore[assignment]


class JobHook(Job):
    """A Job that is created once. Complete is yes; Failed is no."""


class Hook(Declared):
    """One who is asked, or told: one of http and job."""

    name: Annotated[Name, Field(description="The hook's name, unique in the Release.")]
    when: Annotated[
        When,
        Field(
            description="BeforeRollout, BeforeRise and BeforePromotion are gates."
            " AfterPromotion and OnRollback inform, and hold nothing."
        ),
    ]
    steps: Annotated[
        tuple[Name, ...] | None,
        Field(
            min_length=1, max_length=30, description="The steps whose rise is a gate; every rise where it is absent."
        ),
    ] = None
    http: Annotated[HttpHook | None, Field(description="An address to ask.")] = None
    job: Annotated[JobHook | None, Field(description="A Job to run.")] = None
    expiry: Annotated[Duration, Field(description="How long a yes is awaited.")] = "10m"  # type: ignore[assignment]
    on_expiry: Annotated[
        OnTrouble, Field(description="What a no, or no yes in time, leads to: Hold until a person promotes; RollBack.")
    ] = OnTrouble.HOLD

    @field_validator("expiry")
    @classmethod
    def _bounded(cls, expiry: timedelta) -> timedelta:
        return bounded(expiry)

    @model_validator(mode="after")
    def _whole(self) -> "Hook":
        one_of(self, "http", "job")
        if self.steps and self.when is not When.BEFORE_RISE:
            message = "steps: only a hook BeforeRise has steps"
            raise ValueError(message)

        return self
