"""Whether an object of ours still is what we wrote: by value, as the API server stores it."""

from collections.abc import Mapping, Sequence
from typing import Any

ANY_PATH = {"type": "PathPrefix", "value": "/"}
# What the API server fills in where we write nothing, by the name of the field.
FILLED_IN: Mapping[str, tuple[Any, ...]] = {
    "group": ("", "gateway.networking.k8s.io"),
    "kind": ("Service", "Gateway"),
    "matches": ([{"path": ANY_PATH}],),
    "path": (ANY_PATH,),
    "type": ("PathPrefix", "Exact", "Cookie"),
    "value": ("/",),
    "statusCode": (302,),
    "denominator": (100,),
    "maxAge": (5,),
    "lifetimeType": ("Session",),
}
NOTHING: tuple[Any, ...] = (None, [], {})


def changed(written: Any, stored: Any, where: str = "spec") -> str:
    """The first field that is not as it was written, with its path; empty where all are."""
    if isinstance(written, Mapping) and isinstance(stored, Mapping):
        return _in_fields(written, stored, where)

    if isinstance(written, list) and isinstance(stored, list):
        return _in_items(written, stored, where)

    return "" if written == stored else where


def _in_fields(written: Mapping[str, Any], stored: Mapping[str, Any], where: str) -> str:
    for name in sorted(written.keys() | stored.keys()):
        mine, found = written.get(name), stored.get(name)
        if found == mine or (mine in NOTHING and found in (*NOTHING, *FILLED_IN.get(name, ()))):
            continue

        if field := changed(mine, found, f"{where}.{name}"):
            return field

    return ""


def _in_items(written: Sequence[Any], stored: Sequence[Any], where: str) -> str:
    if len(written) != len(stored):
        return where

    pairs = enumerate(zip(written, stored, strict=True))
    fields = (changed(mine, found, f"{where}[{index}]") for index, (mine, found) in pairs)
    return next(filter(None, fields), "")
