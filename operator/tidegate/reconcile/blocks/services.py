"""Services that would lead requests wrong: a name that is taken, a port that pods lack, a way past the gate."""

from tidegate.api import OnBypass
from tidegate.api.names import LABEL_RELEASE, LABEL_REVISION
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.reconcile import kinds
from tidegate.reconcile.effects.ownership import taken_sentence
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.seen.shares import shared_service
from tidegate.reconcile.world import World
from tidegate.workloads import bypassing, service_name


def name_taken(seen: Seen, world: World) -> Blocked | None:
    """A foreign object has a name that is ours to use."""
    owner = seen.owner
    for role in ("stable", "candidate"):
        name = service_name(owner, role)
        service = world.find(kinds.SERVICES, owner.namespace, name)
        if service is not None and not owner.may_take(service):
            return Blocked(reason=Reason.NAME_TAKEN, sentence=taken_sentence("Service", name))

    return None


def port_missing(seen: Seen, _world: World) -> Blocked | None:
    """Pods that have no such port get no request, and a Service tells nobody of it: one that serves is not led there.

    Before a revision has pods a port may still come with them, in a sidecar.
    """
    look, ports = seen.snapshot, seen.ports
    lacking = ports.lacking and ports.of == look.target and look.side(look.target).total
    reached = any(look.services.of(role) == look.target for role in look.services.portless - look.services.stale)
    if not lacking and not reached:
        return None

    where = f"no container of revision {look.target} has a port named {ports.declared.port}"
    return Blocked(
        reason=Reason.INVALID_SPEC, sentence=f"spec.service.targetPort: {where}: name one, or give its number"
    )


def not_isolated(seen: Seen, world: World) -> Blocked | None:
    """Another Service would send traffic to the candidate's pods past the gate."""
    look, pods, owner = seen.snapshot, seen.wanted.template.pods, seen.owner
    if look.target == look.progress.stable and look.progress.candidate is None:
        return None

    # The first revision of a taken over workload is what that Service sends traffic to already.
    first = look.progress.stable is None and look.workload is not None
    if first or pods is None or seen.spec.on_bypass is OnBypass.ALLOW:
        return None

    ours = {LABEL_RELEASE: owner.name, LABEL_REVISION: look.progress.candidate or look.target}
    labels = {**((pods.get("metadata") or {}).get("labels") or {}), **ours}
    store = world.store(kinds.SERVICES)
    near = [found for name in labels for found in store.of((owner.namespace, f"{name}={labels[name]}"))]
    names = [name for name in bypassing(near, owner, labels) if name != shared_service(seen.wanted.declared)]
    if not names:
        return None

    sentence = (
        f"Service {', '.join(names)} would send traffic to the candidate past the gate: narrow its selector,"
        " or set onBypass: Allow"
    )
    return Blocked(reason=Reason.NOT_ISOLATED, sentence=sentence)
