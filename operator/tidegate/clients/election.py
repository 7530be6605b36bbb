"""Which Lease an operator outside the cluster contends for: two in two namespaces would make two leaders."""

import asyncio
import contextlib

import structlog

from .answers import Object
from .errors import CallError, Forbidden
from .kube import Kube
from .lease import LEASES, Timing

log = structlog.get_logger(__name__)


class NoElection(Exception):
    """To lead here would be to lead beside another, or nobody can tell: why, and what to do."""


async def electing_namespace(kube: Kube, own: str, *, name: str = "tidegate", timing: Timing | None = None) -> str:
    """The namespace of the cluster's one Lease of this name; `own` where there is none.

    Who leads renews within seconds, so a Lease that stays the same for its whole length is nobody's. That length is
    counted on our own clock: no two machines' clocks are compared.
    Raises NoElection where another leads in a namespace that is not `own`, where several Leases are there, and where
    they may not be listed. An API server that is down is asked again.
    """
    every = timing or Timing()
    found = await _leases(kube, own, name, every)
    elsewhere = _outside(found, own)
    if not elsewhere:
        return own

    if any(map(_held, elsewhere)):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(_seconds(lease, every) for lease in elsewhere) + every.retry):
                await end_beside_another(kube, own, name=name, timing=every)

    if len(found) > 1:
        raise NoElection(_several(found))

    namespace = _namespace(elsewhere[0])
    log.info("the Lease of this cluster is in another namespace: contending there", namespace=namespace)
    return namespace


async def end_beside_another(kube: Kube, own: str, *, name: str = "tidegate", timing: Timing | None = None) -> None:
    """Raise NoElection once an operator that came later leads in another namespace: it knows nothing of this one."""
    every = timing or Timing()
    seen: dict[str, str] = {}
    while True:
        elsewhere = _outside(await _leases(kube, own, name, every), own)
        for lease in elsewhere:
            if _held(lease) and seen.get(_namespace(lease), _version(lease)) != _version(lease):
                raise NoElection(_leads(lease))

        seen = {_namespace(lease): _version(lease) for lease in elsewhere}
        await asyncio.sleep(every.retry)


async def _leases(kube: Kube, own: str, name: str, timing: Timing) -> list[Object]:
    while True:
        try:
            return (await kube.list_all(LEASES, fields=f"metadata.name={name}"))[0]
        except Forbidden as error:
            message = (
                f"whether another operator leads here cannot be seen ({error.sentence}): give --namespace, the one"
                f" where its Lease is, or {own} if there is none"
            )
            raise NoElection(message) from error
        except CallError as error:
            log.warning("leases not listed", error=str(error))
            await asyncio.sleep(timing.retry)


def _outside(found: list[Object], own: str) -> list[Object]:
    return [lease for lease in found if _namespace(lease) != own]


def _held(lease: Object) -> bool:
    return bool((lease.get("spec") or {}).get("holderIdentity"))


def _seconds(lease: Object, timing: Timing) -> float:
    return float((lease.get("spec") or {}).get("leaseDurationSeconds") or timing.lasts)


def _namespace(lease: Object) -> str:
    return str(lease["metadata"]["namespace"])


def _version(lease: Object) -> str:
    return str(lease["metadata"]["resourceVersion"])


def _leads(lease: Object) -> str:
    namespace, holder = _namespace(lease), lease["spec"]["holderIdentity"]
    return (
        f"another operator leads here: {holder}, by the Lease in namespace {namespace}. End it first"
        f" (kubectl --namespace {namespace} scale deployment tidegate --replicas=0),"
        f" or stand by behind it with --namespace {namespace}"
    )


def _several(found: list[Object]) -> str:
    namespaces = ", ".join(sorted(map(_namespace, found)))
    return f"operators of several namespaces have led here: {namespaces}; choose one's Lease with --namespace"
