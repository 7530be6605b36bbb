"""All that one look found of a Release, as values: `observe` makes them, whoever acts or follows reads them."""

from dataclasses import dataclass

from tidegate.api import DataPlane
from tidegate.api.release import ReleaseSpec
from tidegate.clients import Kind
from tidegate.decision import in_rollout
from tidegate.decision.route import Route
from tidegate.decision.snapshot import Snapshot
from tidegate.metrics.choice import Choice
from tidegate.reconcile import kinds
from tidegate.reconcile.blocks.objective_sets import Expanded
from tidegate.routers import Backends, Router
from tidegate.watch import Object
from tidegate.workloads import Owner

from .nodes import Nodes
from .ports import Ports
from .spec import ReadSpec
from .stored import Stored
from .workload import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is declared as values: the newest, and that which the rollout under way goes by."""

    sets: Expanded
    choice: Choice
    newest: ReadSpec
    pinned: ReadSpec
    plan_changed: bool
    template: Template

    @property
    def declared(self) -> Object:
        """The spec as an object, with all that is filled in from elsewhere."""
        return self.sets.declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """What splits the traffic, what did before something else was declared, and what is said now."""

    backends: Backends
    routers: tuple[Router, ...]
    undeclared: tuple[Router, ...]
    routes: tuple[Route, ...]
    nodes: Nodes | None
    route: Route | None

    @property
    def made_by(self) -> Kind:
        """What makes a revision's pods."""
        return kinds.REPLICA_SETS if self.nodes is None else kinds.DAEMON_SETS


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A Release as stored, what is declared by it, what splits its traffic, and the snapshot to decide on."""

    stored: Stored
    wanted: Wanted
    routing: Routing
    ports: Ports
    snapshot: Snapshot

    @property
    def owner(self) -> Owner:
        """Whose everything is that is made for the Release."""
        return self.stored.owner

    @property
    def spec(self) -> ReleaseSpec:
        """The newest spec, whatever plan the rollout under way goes by."""
        return self.wanted.newest.spec

    @property
    def plane(self) -> DataPlane | None:
        """The data plane that the rollout was started with; today's, where its plan is older than that choice."""
        return self.wanted.pinned.spec.data_plane or self.wanted.choice.plane

    @property
    def compared(self) -> bool:
        """True while a candidate with traffic stands beside a stable."""
        progress = self.snapshot.progress
        return progress.weighted_at is not None and progress.stable is not None and in_rollout(self.snapshot)

    @property
    def made_by(self) -> Kind:
        """What makes a revision's pods."""
        return self.routing.made_by
