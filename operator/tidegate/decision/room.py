"""A status has 16 KiB: where it would have more its sentences are cut, and nothing else is."""

import json
from typing import Any

from tidegate.sentences import shortened

ROOM = 16 * 1024
LENGTHS = (2048, 1024, 512, 256)
SENTENCES = frozenset({"message", "sentence"})
# What a Release says of itself now. What it says of its objectives and of the past has a quarter of that.
HEADLINE = frozenset({"message", "conditions"})


def fitted(status: dict[str, Any]) -> dict[str, Any]:
    """The status in that room: as it is where it fits, else with the longest sentences that do."""
    for longest in LENGTHS:
        if size_of(status) <= ROOM:
            break

        status = {
            name: _cut(name, value, longest if name in HEADLINE else longest // 4) for name, value in status.items()
        }

    return status


def size_of(status: dict[str, Any]) -> int:
    """What the API server stores of it, in bytes."""
    return len(json.dumps(status, ensure_ascii=False, separators=(",", ":")).encode())


def _cut(name: str, value: Any, longest: int) -> Any:
    if isinstance(value, dict):
        return {inner: _cut(inner, part, longest) for inner, part in value.items()}

    if isinstance(value, list):
        return [_cut(name, part, longest) for part in value]

    return shortened(value, longest) if name in SENTENCES and isinstance(value, str) else value
