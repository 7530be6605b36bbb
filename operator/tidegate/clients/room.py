"""Memory for answers while they are read: there is so much of it, and nobody takes what is another's."""

from .errors import TooLarge

# Each may be as large as its ask says; all together must leave the process what it lives of.
MOST = 128 * 2**20


class Room:
    """Keeps account of what each source's answers take: what is free, and an equal share where nothing is."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: dict[str, int] = {}

    def take(self, source: str, size: int) -> None:
        """Room for a piece of an answer. Raises TooLarge for a source that has more than its share, if all is taken."""
        held = self._held.setdefault(source, 0) + size
        taken = sum(self._held.values()) + size
        if taken > self._most and held > self._most // len(self._held):
            message = f"the answers that are read at once are larger than {self._most} bytes, and this one is too much"
            raise TooLarge(message)

        self._held[source] = held

    def leave(self, source: str, size: int) -> None:
        """Give back what an answer took."""
        left = self._held.pop(source, 0) - size
        if left > 0:
            self._held[source] = left
