"""How long to wait before the next try, where tries may fail for ever. It knows nothing of what is tried."""

import asyncio
import random

FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 10.0


class Backoff:
    """Waits that double, each spread by half of itself so that many do not come at once."""

    def __init__(self) -> None:
        self._wait = FIRST_WAIT_SECONDS

    def reset(self) -> None:
        """What was tried worked: the next wait is the shortest again."""
        self._wait = FIRST_WAIT_SECONDS

    async def rest(self, longest: float = LONGEST_WAIT_SECONDS) -> None:
        """Wait, and twice as long the next time; `longest` is in seconds."""
        await asyncio.sleep(self._wait * random.uniform(0.5, 1.5))  # noqa: S311 - spreads tries
        self._wait = min(self._wait * 2, longest)
