"""What people ask for by annotation: the one list of it."""

from enum import StrEnum

from .names import GROUP


class Ask(StrEnum):
    """One ask, in the word that people write."""

    PROMOTE = "promote"
    PROMOTE_FULL = "promote-full"
    ABORT = "abort"
    RETRY = "retry"
    SKIP_STEP = "skip-step"
    SUSPEND = "suspend"
    UNDO = "undo"
    RESTART = "restart"

    @property
    def annotation(self) -> str:
        return f"{GROUP}/{self.value}"

    @property
    def key(self) -> str:
        """What it is called in the status."""
        first, *more = self.value.split("-")
        return "".join((first, *map(str.capitalize, more)))
