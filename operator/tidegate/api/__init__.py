"""What users declare: pydantic models, and the CRDs made from them. Imports nothing of ours."""

from .asks import Ask
from .durations import format_duration, parse_duration
from .enums import (
    AdvanceOn,
    Afterwards,
    Baseline,
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
from .jobs import JobCheck
from .metric_source import MetricSourceSpec, parse_source
from .model import number
from .objective_set import ObjectiveSetSpec, parse_set
from .pod_template import trouble_of
from .release import ReleaseSpec, parse_spec
from .salvage import salvaged_spec

__all__ = [
    "AdvanceOn",
    "Afterwards",
    "Ask",
    "Baseline",
    "Capacity",
    "Confirm",
    "DataPlane",
    "FirstRollout",
    "Hook",
    "HttpHook",
    "InvalidSpec",
    "JobCheck",
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
    "trouble_of",
]
