"""How each kind of route holds its backends: in which lists, named by which field, of which weight by default."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .hashing import hashed

Ref = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Where in a `spec` the rules are, and in a rule the backends. A field of `rules` is a list of them, or one.

    `unset` is what a backend weighs beside others where it declares no weight.
    """

    rules: tuple[str, ...]
    refs: str
    name: tuple[str, ...] = ("name",)
    unset: int = 1
    reports: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One list of backends, and the JSON pointer that leads to it. `digest` is what else the rule is."""

    path: str
    name: str | None
    digest: str
    refs: Sequence[Ref]


GATEWAY = Shape(rules=("rules",), refs="backendRefs", reports=True)
VIRTUAL_SERVICE = Shape(rules=("http", "tcp", "tls"), refs="route", name=("destination", "host"), unset=0)
SUBSETS = replace(VIRTUAL_SERVICE, name=("destination", "subset"))
TRAEFIK_SERVICE = Shape(rules=("weighted",), refs="services")

SHAPES: Mapping[str, Shape] = {
    "HTTPRoute": GATEWAY,
    "GRPCRoute": GATEWAY,
    "VirtualService": VIRTUAL_SERVICE,
    "TraefikService": TRAEFIK_SERVICE,
}
SERVICE_KINDS = frozenset({None, "Service"})
# Where a rule that is kept without its matches and filters has the hash of them.
DIGEST = "tidegate.dev/digest"


def rules(spec: Mapping[str, Any], shape: Shape) -> Iterator[Rule]:
    """Every list of backends in a spec, in the order of the object."""
    for field in shape.rules:
        declared = spec.get(field) or ()
        if isinstance(declared, Mapping):
            yield _rule(field, declared, shape)
            continue

        for index, rule in enumerate(declared):
            yield _rule(f"{field}/{index}", rule, shape)


def _rule(where: str, rule: Mapping[str, Any], shape: Shape) -> Rule:
    return Rule(
        path=f"/spec/{where}/{shape.refs}",
        name=rule.get("name"),
        digest=rule.get(DIGEST) or digest(rule, shape),
        refs=rule.get(shape.refs) or (),
    )


def digest(rule: Mapping[str, Any], shape: Shape) -> str:
    """A short hash of all that a rule is, but for its name and its weights: it is the same at every index."""
    refs = [{name: value for name, value in ref.items() if name != "weight"} for ref in rule.get(shape.refs) or ()]
    return hashed({**rule, "name": None, shape.refs: refs})


def declared_name(ref: Ref, shape: Shape) -> str | None:
    """A backend's name as the object has it."""
    value: Any = ref
    for field in shape.name:
        value = value.get(field) if isinstance(value, Mapping) else None

    return value if isinstance(value, str) else None


def service_named(ref: Ref, shape: Shape, namespace: str) -> str | None:
    """The Service of this namespace, or the subset, that a backend names; None for anything else."""
    declared = declared_name(ref, shape)
    elsewhere = ref.get("kind") not in SERVICE_KINDS or ref.get("namespace") not in {None, namespace}
    if declared is None or elsewhere:
        return None

    return short(declared, namespace) if shape.name[-1] == "host" else declared


def leads_to(ref: Ref, host: str, namespace: str) -> bool:
    """True for a mesh's destination of that host, however either is written."""
    found: str = (ref.get("destination") or {}).get("host", "")
    return found == host or (short(found, namespace) or found) == (short(host, namespace) or host)


def short(host: str, namespace: str) -> str | None:
    """A mesh's host as the name of a Service: `web`, `web.shop` and `web.shop.svc.cluster.local` are one."""
    name, _, rest = host.partition(".")
    return name if rest in {"", namespace} or f"{rest}.".startswith(f"{namespace}.svc.") else None
