"""What users declare: pydantic models, and the CRDs made from them. Imports nothing of ours."""

from .durations import format_duration, parse_duration
from .enums import (
    AdvanceOn,
    Capacity,
    Confirm,
    DataPlane,
    FirstRollout,
    MatchType,
    Mode,
    OnBypass,
    OnDelete,
    OnInconclusive,
    OnNewRevision,
    OnTrouble,
    Pause,
    ScaleDown,
    SourceKind,
    Suspend,
    TrackConfig,
    When,
)
from .errors import InvalidSpec
from .hooks import Hook, HttpHook, JobHook
from .metric_source import MetricSourceSpec, parse_source
from .model import number
from .objective_set import ObjectiveSetSpec, parse_set
from .release import ReleaseSpec, parse_spec, salvaged_spec

__all__ = [
    "AdvanceOn",
    "Capacity",
    "Confirm",
    "DataPlane",
    "FirstRollout",
    "Hook",
    "HttpHook",
    "InvalidSpec",
    "JobHook",
    "MatchType",
    "MetricSourceSpec",
    "Mode",
    "ObjectiveSetSpec",
    "OnBypass",
    "OnDelete",
    "OnInconclusive",
    "OnNewRevision",
    "OnTrouble",
    "Pause",
    "ReleaseSpec",
    "ScaleDown",
    "SourceKind",
    "Suspend",
    "TrackConfig",
    "When",
    "format_duration",
    "number",
    "parse_duration",
    "parse_set",
    "parse_source",
    "parse_spec",
    "salvaged_spec",
]
