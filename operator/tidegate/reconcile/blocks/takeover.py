"""What someone must do before a Deployment is taken over."""

from datetime import timedelta

from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import CREATE_IT, Blocked
from tidegate.decision.workload import Workload
from tidegate.reconcile import kinds
from tidegate.reconcile.seen.drift import left
from tidegate.reconcile.seen.seen import Seen
from tidegate.reconcile.world import World
from tidegate.workloads import CLIENT_SIDE


def takeover_waits(seen: Seen, world: World) -> Blocked | None:
    """A Deployment is taken over when nobody else decides its size, and the Release can carry its load."""
    reference, workload = seen.wanted.template.reference, seen.snapshot.workload
    if reference is not None and seen.wanted.template.found is None:
        where = f"spec.workloadRef: {reference['kind']} {reference['name']}"
        return Blocked(reason=Reason.WORKLOAD_MISSING, sentence=f"{where} is missing: {CREATE_IT}")

    if workload is None or workload.contested:
        return None

    if workload.taken_over:
        state, why = "not emptied yet", _unsafe(workload, seen, world)
    else:
        state, why = "not taken over yet", _untakeable(workload, seen, world)

    where = f"spec.workloadRef: Deployment {workload.name} is {state}"
    fight = world.memory(seen.owner.key).paused_again
    again = timedelta(seconds=left(fight)) if fight is not None and workload.resumer else None
    return Blocked(reason=Reason.TAKEOVER_WAITS, sentence=f"{where}: {why}", again=again) if why else None


def _unsafe(workload: Workload, seen: Seen, world: World) -> str:
    """What somebody began to do since it was taken over that must end before its pods go; empty where all is well."""
    if workload.resumed_by_another:
        return _resumes(workload)

    if workload.outgrown is None:
        return ""

    back = f"kubectl scale deployment {workload.name} --replicas={workload.was.replicas}"
    return _scaled(workload, seen, world) or f"{_too_small(workload, seen, workload.outgrown)}, or {back}"


def _untakeable(workload: Workload, seen: Seen, world: World) -> str:
    """What somebody must do first; empty where nothing is in the way."""
    if scaled := _scaled(workload, seen, world):
        return scaled

    if workload.owned_by:
        by_updates = (seen.wanted.template.found or {}).get("helmByUpdates") == workload.owned_by
        return _helm_lets_go(workload) if by_updates else _applier_lets_go(workload)

    if workload.pause_owned_by:
        return f"{workload.pause_owned_by} declares its spec.paused; take paused out of what declares it"

    if seen.snapshot.replicas < workload.replicas:
        return _too_small(workload, seen, seen.snapshot.replicas)

    # What it rolls out is unproven: as a first revision it would be served without a step.
    known = seen.snapshot.progress.taken_over is not None
    return "" if known else workload.unfinished


def _scaled(workload: Workload, seen: Seen, world: World) -> str:
    scalers = world.store(kinds.AUTOSCALERS).of((seen.owner.namespace, f"Deployment/{workload.name}"))
    names = [scaler["metadata"]["name"] for scaler in scalers]
    return (
        f"HorizontalPodAutoscaler {names[0]} scales it; let it scale Release {seen.owner.name} instead" if names else ""
    )


def _too_small(workload: Workload, seen: Seen, size: int) -> str:
    return (
        f"it has {workload.replicas} replicas and the Release {size}:"
        f" kubectl scale release {seen.owner.name} --replicas={workload.replicas}"
    )


def _resumes(workload: Workload) -> str:
    """An applier's field tells of it; of who updates only that it happens."""
    done, remedy = f"{workload.resumer} resumes it again and again", "let that end: Tidegate pauses it once a minute"
    if workload.pause_owned_by:
        done, remedy = f"{workload.pause_owned_by} declares its spec.paused", "take paused out of what declares it"

    return f"{done}, so its pods get each template at once that is declared, past every step; {remedy}"


def _applier_lets_go(workload: Workload) -> str:
    """What a client-side apply finds in its own copy and not in the manifest is deleted, whoever else owns it."""
    declares = f"{workload.owned_by} declares its spec.replicas"
    if workload.owned_by == CLIENT_SIDE:
        return (
            f"{declares}; take replicas out of what it applied last (kubectl apply edit-last-applied deployment/"
            f"{workload.name}), and then out of its manifest: the other way round one pod would be left"
        )

    return (
        f"{declares}; take replicas out of its manifest (Tidegate holds the number meanwhile: dropped it stays,"
        ' and another one fails to apply, with the template beside it: conflict with "tidegate")'
    )


def _helm_lets_go(workload: Workload) -> str:
    """Nobody can see whether the next chart has replicas: a person says so by taking the number from Helm."""
    name, size = workload.name, workload.replicas
    return (
        f"{workload.owned_by} wrote its spec.replicas, and each upgrade of a chart that has replicas would scale it up"
        f" again; kubectl scale deployment {name} --replicas={size + 1}, then --replicas={size}, takes the number from"
        " it: then let the next chart have none"
    )
