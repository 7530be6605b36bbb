"""The Services of a Release as they were found."""

from dataclasses import dataclass

from .actions import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Which revision each of our Services selects (None: it is missing), and whether its endpoints follow.

    `taken`: someone else's Service has the name of stable's or the candidate's, and is never touched.
    `stale`: roles whose Service differs from what it should be otherwise, by its declaration or by someone's hand;
    `contested`: someone's hand changes them again and again, and they are left to it for a while.
    `portless`: ready pods have no port of the name that it leads to. `subsets`: whom a mesh's subsets select; `astray`:
    roles whose subset selects otherwise than their Service; `held`: a note of ours is on a DestinationRule.
    """

    stable: str | None = None
    candidate: str | None = None
    apex: str | None = None
    apex_is_users: bool = False
    taken: bool = False
    stale: frozenset[Role] = frozenset()
    contested: frozenset[Role] = frozenset()
    stable_endpoints: int = 0
    candidate_endpoints: int = 0
    portless: frozenset[Role] = frozenset()
    astray: frozenset[Role] = frozenset()
    subsets: frozenset[str] = frozenset()
    held: bool = False

    @property
    def ours(self) -> bool:
        """True while any of the Services is the Release's."""
        return (self.stable, self.candidate, self.apex) != (None, None, None)

    def of(self, role: Role) -> str | None:
        """The revision that the Service of a role selects."""
        return {Role.APEX: self.apex, Role.STABLE: self.stable, Role.CANDIDATE: self.candidate}[role]

    def select(self, revision: str) -> bool:
        if revision in self.subsets:
            return True

        return revision in {self.stable, self.candidate} or (self.apex == revision and not self.apex_is_users)


NO_SERVICES = Services()
