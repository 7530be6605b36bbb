"""What users declare: pydantic models, and the CRDs made from them. Imports nothing of ours."""

from .durations import format_duration, parse_duration
from .enums import Confirm, OnBypass, OnNewRevision, OnTrouble, Pause, SourceKind, Suspend, TrackConfig
from .errors import InvalidSpec
from .metric_source import MetricSourceSpec, parse_source
from .objective_set import ObjectiveSetSpec, parse_set
from .release import ReleaseSpec, parse_spec, salvaged_spec

__all__ = [
    "Confirm",
    "InvalidSpec",
    "MetricSourceSpec",
    "ObjectiveSetSpec",
    "OnBypass",
    "OnNewRevision",
    "OnTrouble",
    "Pause",
    "ReleaseSpec",
    "SourceKind",
    "Suspend",
    "TrackConfig",
    "format_duration",
    "parse_duration",
    "parse_set",
    "parse_source",
    "parse_spec",
    "salvaged_spec",
]
