"""A short hash of a declaration."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def hashed(declared: Mapping[str, Any]) -> str:
    """A short hash of what an object should be, or is."""
    return hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()[:16]
