"""The claims by their examples' names."""

from collections.abc import Callable

from tests.integration.examples.example import Example

Claim = Callable[[Example], None]
CLAIMS: dict[str, Claim] = {}


def claim(seen: Claim) -> Claim:
    """What a function sees is the claim of the example of its name."""
    CLAIMS[seen.__name__.replace("_", "-")] = seen
    return seen
