"""A Release's own objectives, and those of the sets that it names, with its arguments filled in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tidegate.api import InvalidSpec, parse_set
from tidegate.api.release import DEFAULT_OBJECTIVES, ReleaseSpec
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import CREATE_IT, Blocked
from tidegate.metrics import variables
from tidegate.reconcile import kinds
from tidegate.reconcile.world import World
from tidegate.watch import Object


@dataclass(frozen=True, slots=True)
class Expanded:
    """The declaration with every objective in it, which sets it was made from, and what is wrong with them.

    `fields` is where each objective is declared, where some are from sets.
    """

    declared: Object
    versions: str = ""
    blocked: Blocked | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def field_of(self, name: str, index: int) -> str:
        """Where a user finds an objective: its set and its field there, or the Release's own field."""
        return self.fields.get(name, f"objective {name}" if self.fields else f"spec.objectives[{index}]")


def expanded(declared: Object, namespace: str, world: World) -> Expanded:
    """The declaration with the objectives of its sets beside its own. A set that is missing blocks the next rollout."""
    references = declared.get("objectivesFrom")
    if not references:
        return Expanded(declared)

    alone = {name: value for name, value in declared.items() if name != "objectivesFrom"}
    found = [(f"spec.objectives[{index}]", each) for index, each in enumerate(declared.get("objectives") or ())]
    versions = []
    for index, reference in enumerate(references):
        where = f"spec.objectivesFrom[{index}]: {reference['kind']} {reference['name']}"
        chosen = _find(reference, namespace, world)
        if chosen is None:
            return _alone(alone, Reason.OBJECTIVE_SET_MISSING, f"{where} is missing: {CREATE_IT}")

        versions.append(chosen["metadata"]["resourceVersion"])
        try:
            of_set = filled(chosen["spec"], {arg["name"]: arg["value"] for arg in reference.get("args") or ()})
        except InvalidSpec as error:
            return _alone(alone, Reason.INVALID_SPEC, f"{where}: {error}")

        found += [(f"{where}: spec.objectives[{place}]", each) for place, each in enumerate(of_set)]

    if declared.get("objectives") is None:
        found += defaults({each["name"] for _, each in found})

    if sentence := doubled(found):
        return _alone(alone, Reason.INVALID_SPEC, sentence)

    fields = {each["name"]: where for where, each in found}
    return Expanded({**alone, "objectives": [each for _, each in found]}, ",".join(versions), fields=fields)


def _alone(declared: Object, reason: Reason, sentence: str) -> Expanded:
    """The declaration without its sets, and what someone must mend of them."""
    return Expanded(declared, blocked=Blocked(reason=reason, sentence=sentence))


def defaults(taken: set[str]) -> list[tuple[str, Object]]:
    """What holds where a Release declares none of its own; a set's objective of that name stands in for it."""
    return [("the default of spec.objectives", each) for each in DEFAULT_OBJECTIVES if each["name"] not in taken]


def doubled(found: Iterable[tuple[str, Object]]) -> str:
    """Says which two objectives have one name, and what to do; empty where each has its own."""
    seen: dict[str, str] = {}
    for where, objective in found:
        name = objective["name"]
        first = seen.setdefault(name, where)
        if first != where:
            # Older CRDs write the default into a Release that declares none.
            own = first.startswith("spec.objectives[")
            remedy = ", or declare spec.objectives without it, at least as []" if own else ""
            return f"{where} and {first} are both named {name}: rename one of them{remedy}"

    return ""


def filled(spec: Object, given: dict[str, str]) -> list[Object]:
    """A set's objectives with its arguments in their queries. Raises InvalidSpec for one that is unknown or missing."""
    parsed = parse_set(spec)
    known = {arg.name: arg.default for arg in parsed.args}
    if unknown := sorted(set(given) - set(known)):
        names = ", ".join(sorted(known)) or "none"
        raise InvalidSpec(f"args.{unknown[0]}", f"is no argument of the set; there are {names}")

    values = {**known, **given}
    if missing := sorted(name for name, value in values.items() if value is None):
        raise InvalidSpec(f"args.{missing[0]}", "has no value and no default: give it one where the set is named")

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
    return world.find(kind, namespace if kind.namespaced else "", reference["name"])


def field_of_share(spec: ReleaseSpec, sets: Expanded) -> str:
    """The field of the first objective that holds requests against the weight; empty where none does."""
    found = (each for each in enumerate(spec.objectives) if each[1].request_share is not None)
    return next((f"{sets.field_of(objective.name, index)}.requestShare" for index, objective in found), "")
