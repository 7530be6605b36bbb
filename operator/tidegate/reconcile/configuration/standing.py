"""What is known of a ConfigMap or a Secret that a Release uses."""

from dataclasses import dataclass

# Kind, namespace, name.
Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Content:
    """What an object holds, as a hash."""

    hash: str


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no such object."""


@dataclass(frozen=True, slots=True)
class Untracked:
    """It is used by its own name: its user says so, or it is never copied."""


@dataclass(frozen=True, slots=True)
class Unread:
    """It is there, and not read yet; or nobody knows yet what there is."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """It could not be read: why, and the seconds until it is tried again; none where a list must succeed first."""

    sentence: str
    again: float | None = None


Standing = Content | Absent | Untracked | Unread | Unreadable
