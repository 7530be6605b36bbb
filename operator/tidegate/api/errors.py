"""What the user must mend, said with the field and the reason."""

from collections.abc import Sequence


class InvalidSpec(Exception):
    """A declaration that cannot act: which field, why, what to do."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


def field_path(location: Sequence[str | int]) -> str:
    """A pydantic location as users write it: `steps[2].weight`."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part

    return path
