"""Objectives to share between Releases, with arguments."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from .enums import ObjectiveSetKind
from .model import Declared, ObjectName, parse
from .objectives import Objective

ArgumentName = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$", max_length=63)]
# What may stand in a query: no quote and no brace, so that a value is never more than a value.
ArgumentText = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:/-]*$", max_length=253)]


class Argument(Declared):
    """A name that stands for a value in the queries of a set: `$name`."""

    name: Annotated[ArgumentName, Field(description="The argument's name: small letters and _.")]
    default: Annotated[ArgumentText | None, Field(description="Its value where a Release gives none.")] = None
    description: Annotated[str | None, Field(max_length=512, description="What it is for.")] = None


class ObjectiveSetSpec(Declared):
    """Objectives, and what a Release may fill in."""

    args: Annotated[tuple[Argument, ...], Field(max_length=16, description="What a Release fills in.")] = ()
    objectives: Annotated[tuple[Objective, ...], Field(min_length=1, max_length=32, description="The objectives.")]

    @model_validator(mode="after")
    def _names_are_unique(self) -> "ObjectiveSetSpec":
        for what, parts in (("args", self.args), ("objectives", self.objectives)):
            names = [part.name for part in parts]
            if len(set(names)) < len(names):
                message = f"{what}: names must be unique"
                raise ValueError(message)

        return self

    @model_validator(mode="after")
    def _without_jobs(self) -> "ObjectiveSetSpec":
        """Who may write a set might not be allowed to run pods in the namespaces that use it."""
        if any(objective.job for objective in self.objectives):
            message = "objectives: a Job is declared in the Release whose namespace it runs in, not in a set"
            raise ValueError(message)

        return self


class ArgumentValue(Declared):
    """A value for an argument of a set."""

    name: Annotated[ArgumentName, Field(description="The argument's name.")]
    value: Annotated[ArgumentText, Field(description="Its value: letters, digits, and _.:/- only.")]


class ObjectiveSetRef(Declared):
    """A set of objectives that also hold for this Release."""

    kind: Annotated[ObjectiveSetKind, Field(description="ObjectiveSet in this namespace, or ClusterObjectiveSet.")] = (
        ObjectiveSetKind.CLUSTER_OBJECTIVE_SET
    )
    name: Annotated[ObjectName, Field(description="Its name.")]
    args: Annotated[tuple[ArgumentValue, ...], Field(max_length=16, description="Values for its arguments.")] = ()


def parse_set(spec: dict[str, Any]) -> ObjectiveSetSpec:
    """The set as values. Raises InvalidSpec for the first field that is wrong."""
    return parse(ObjectiveSetSpec, spec)
