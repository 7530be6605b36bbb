"""A revision: the identity of a pod template."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tidegate.api.names import REVISION_LENGTH, REVISION_LETTERS


def revision_of(template: Mapping[str, Any]) -> str:
    """The revision of a template: a change of any field is another one."""
    return fingerprint(template)


def fingerprint(content: Mapping[str, Any]) -> str:
    """The same name for the same content, whatever the order of its keys; never changed between versions."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    number = int.from_bytes(hashlib.sha256(canonical.encode()).digest()[:8])
    letters = []
    for _ in range(REVISION_LENGTH):
        number, place = divmod(number, len(REVISION_LETTERS))
        letters.append(REVISION_LETTERS[place])

    return "".join(letters)
