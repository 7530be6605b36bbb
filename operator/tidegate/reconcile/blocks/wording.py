"""Whether the objectives of a Release are asked in the words that their source understands."""

from tidegate.api import InvalidSpec
from tidegate.api.objectives import Objective
from tidegate.api.release import ReleaseSpec
from tidegate.decision.reasons import Reason
from tidegate.decision.snapshot import Blocked
from tidegate.metrics import variables
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.scrape import Scrape
from tidegate.reconcile.sources.sources import Source

from .objective_sets import Expanded


def misworded(spec: ReleaseSpec, source: Source, sets: Expanded) -> Blocked | None:
    """The first objective that the source would not understand."""
    for index, objective in enumerate(spec.objectives):
        if why := not_understood(objective, source):
            return Blocked(reason=Reason.LANGUAGE_MISMATCH, sentence=f"{sets.field_of(objective.name, index)}.{why}")

    return None


def not_understood(objective: Objective, source: Source) -> str:
    """The field that is wrong, why, and what to write instead; empty where it can be asked."""
    speaks = f"{source.where.removeprefix('spec.metricSource: ')} speaks {source.translator.language}"
    promql = isinstance(source.translator, Prometheus)
    if isinstance(source.translator, Scrape):
        return _not_counted(objective, source)

    if objective.query is None:
        answered = promql or objective.job
        return "" if answered else f"{objective.counted}: is counted by a Prometheus, and {speaks}: ask by query.text"

    if promql and objective.query.text:
        return f"query.text: {speaks}: ask by query.promql"

    if not promql and objective.query.promql:
        return f"query.promql: {speaks}: ask by query.text"

    try:
        source.translator.check(objective.query.words)
    except InvalidSpec as error:
        return str(error)

    return ""


def _not_counted(objective: Objective, source: Source) -> str:
    """A page is read for what a data plane counts; nobody behind it knows a query."""
    if objective.query is None:
        return ""

    field = "promql" if objective.query.promql else "text"
    name = source.where.removeprefix("spec.metricSource: ")
    remedy = "ask by what is counted, such as errorRatio, or by another source"
    return f"query.{field}: {name} only reads pages of metrics: {remedy}"


def unknown_variable(spec: ReleaseSpec, sets: Expanded) -> Blocked | None:
    """Why a query cannot be filled in: of a set, or stored before the API server refused such a one."""
    for index, objective in enumerate(spec.objectives):
        if objective.query is None:
            continue

        try:
            field = "promql" if objective.query.promql else "text"
            variables.check(f"{sets.field_of(objective.name, index)}.query.{field}", objective.query.words)
        except InvalidSpec as error:
            return Blocked(reason=Reason.INVALID_SPEC, sentence=str(error))

    return None
