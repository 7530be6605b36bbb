"""A revision: the identity of a pod template."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

# No vowels and no digits that look like them: a hash never spells a word (as in Kubernetes' own names).
ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
LENGTH = 10


def revision_of(template: Mapping[str, Any]) -> str:
    """The revision of a template: a change of any field is another one."""
    return fingerprint(template)


def fingerprint(content: Mapping[str, Any]) -> str:
    """The same name for the same content, whatever the order of its keys; never changed between versions."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    number = int.from_bytes(hashlib.sha256(canonical.encode()).digest()[:8])
    letters = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])

    return "".join(letters)
