"""One side of a Release, as data planes name it in their metrics."""

from dataclasses import dataclass

from tidegate.api.names import pod_names, pod_prefix

from .samples import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """Whose requests are counted; without a revision, those of any of them. `fresh`: stable's, of pods made anew."""

    namespace: str
    release: str
    revision: str
    service: str
    port: int
    side: Side = Side.CANDIDATE
    fresh: bool = False

    @property
    def pods(self) -> str:
        """A regular expression for the names of its pods."""
        return pod_names(self.release, self.revision)

    @property
    def pod_prefix(self) -> str:
        """What the names of its pods start with."""
        return pod_prefix(self.release, self.revision)
