"""What a person may make of a text that the operator reads back."""

import json

from hypothesis import strategies as st

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
WORDS = (
    *("nodes", "but", "release", "replicas", "rules", "name", "digest", "weights", "host", "stable"),
    *("steps", "weight", "hooks", "objectives", "spec"),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(), inner, max_size=3),
    max_leaves=8,
)
JSON_TEXTS = VALUES.map(json.dumps)
# Digits of every script beside plain text, and JSON that means nothing here.
TEXTS = st.text() | st.text(st.characters(categories=["Nd", "No"]), max_size=4) | JSON_TEXTS
