"""A Release's own objectives, and those of the sets that it names, with its arguments filled in."""

from dataclasses import dataclass
from typing import Any

from tidegate.api import InvalidSpec, parse_set
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.metrics import variables
from tidegate.watch import Object

from . import kinds
from .world import World


@dataclass(frozen=True, slots=True)
class Expanded:
    """The declaration with every objective in it, which sets it was made from, and what is wrong with them."""

    declared: Object
    versions: str = ""
    blocked: Blocked | None = None


def expanded(declared: Object, namespace: str, world: World) -> Expanded:
    """The declaration with the objectives of its sets beside its own. A set that is missing blocks the next rollout."""
    references = declared.get("objectivesFrom")
    if not references:
        return Expanded(declared)

    alone = {name: value for name, value in declared.items() if name != "objectivesFrom"}
    found: list[Object] = list(declared.get("objectives") or ())
    versions = []
    for index, reference in enumerate(references):
        where = f"spec.objectivesFrom[{index}]"
        chosen = _find(reference, namespace, world)
        if chosen is None:
            sentence = f"{where}: {reference['kind']} {reference['name']} is missing"
            return Expanded(alone, blocked=Blocked(Reason.OBJECTIVE_SET_MISSING, sentence))

        versions.append(chosen["metadata"]["resourceVersion"])
        try:
            found += filled(chosen["spec"], {arg["name"]: arg["value"] for arg in reference.get("args") or ()})
        except InvalidSpec as error:
            sentence = f"{where}: {reference['kind']} {reference['name']}: {error}"
            return Expanded(alone, blocked=Blocked(Reason.INVALID_SPEC, sentence))

    names = [objective["name"] for objective in found]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        sentence = f"spec.objectivesFrom: two objectives are named {doubled[0]}"
        return Expanded(alone, blocked=Blocked(Reason.INVALID_SPEC, sentence))

    return Expanded({**alone, "objectives": found}, ",".join(versions))


def filled(spec: Object, given: dict[str, str]) -> list[Object]:
    """A set's objectives with its arguments in their queries. Raises InvalidSpec for one that is unknown or missing."""
    parsed = parse_set(spec)
    known = {arg.name: arg.default for arg in parsed.args}
    if unknown := sorted(set(given) - set(known)):
        names = ", ".join(sorted(known)) or "none"
        raise InvalidSpec(f"args.{unknown[0]}", f"is no argument of the set; there are {names}")

    values = {**known, **given}
    if missing := sorted(name for name, value in values.items() if value is None):
        raise InvalidSpec(f"args.{missing[0]}", "has no value and no default")

    texts = {name: value for name, value in values.items() if value is not None}
    return [_with(objective, texts) for objective in spec["objectives"]]


def _with(objective: Object, texts: dict[str, str]) -> Object:
    query: dict[str, Any] | None = objective.get("query")
    if query is None:
        return objective

    language = "promql" if "promql" in query else "text"
    return {**objective, "query": {**query, language: variables.fill(query[language], texts)}}


def _find(reference: Object, namespace: str, world: World) -> Object | None:
    kind = kinds.SET_KINDS[reference["kind"]]
    return world.store(kind).get((namespace if kind.namespaced else "", reference["name"]))
