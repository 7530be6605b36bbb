"""The workload that declares a Release's pods already."""

from typing import Annotated

from pydantic import Field

from .enums import ScaleDown, WorkloadKind
from .model import Declared, ObjectName


class WorkloadRef(Declared):
    """An existing Deployment that Tidegate takes over, or a PodTemplate that it reads."""

    api_version: Annotated[
        str,
        Field(max_length=63, pattern=r"^(apps/v1|v1)$", description="apps/v1 for a Deployment, v1 for a PodTemplate."),
    ] = "apps/v1"
    kind: Annotated[
        WorkloadKind, Field(description="Deployment, which is emptied, and paused meanwhile; or PodTemplate.")
    ] = WorkloadKind.DEPLOYMENT
    name: Annotated[ObjectName, Field(description="Its name, in the Release's namespace.")]
    scale_down: Annotated[
        ScaleDown,
        Field(
            description="OnSuccess: a Deployment keeps its pods until the Release serves. Progressively: one goes for"
            " each pod of the Release that is available, where there is no room for both."
        ),
    ] = ScaleDown.ON_SUCCESS
