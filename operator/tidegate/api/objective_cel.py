"""What an objective must be, as rules of the API server."""

from .cel import as_number, durations, matches, rule
from .model import NUMBER
from .release import QUERIES_LENGTH

OBJECTIVE_RULE = rule(
    "[has(self.query), has(self.errorRatio), has(self.slowRequests), has(self.latency), has(self.requestShare),"
    " has(self.job)].filter(f, f).size() == 1",
    "objectives: each must have exactly one of query, errorRatio, slowRequests, latency, requestShare and job",
)
QUERIES_RULE = rule(
    "self.filter(o, has(o.query)).map(o, has(o.query.promql) ? size(o.query.promql) : size(o.query.text)).sum()"
    f" <= {QUERIES_LENGTH}",
    f"objectives: all queries together must be at most {QUERIES_LENGTH} characters",
)
SHARE_RULE = rule(
    "self.endsWith('%') ? double(self.replace('%', '')) < 100.0 : double(self) < 1.0",
    "max: must be a share below 1, such as 5% or 0.05",
)
QUERY_RULES = [
    rule("has(self.max) || has(self.min)", "query: must have max, min, or both"),
    rule(
        f"!has(self.max) || !has(self.min) || !{matches('self.min', NUMBER)} || !{matches('self.max', NUMBER)} ||"
        f" {as_number('self.min')} <= {as_number('self.max')}",
        "query: min must not be greater than max",
    ),
    rule("has(self.promql) != has(self.text)", "query: must have exactly one of promql and text"),
]
JOB_RULES = [
    rule(
        "has(self.interval) || self.consecutive == 1",
        "job: consecutive needs interval: without it one Job is run at a step",
    ),
    *(
        rule(
            f"!has(self.{field}) || !{durations(f'self.{field}')} || (duration(self.{field}) >= duration('1s') &&"
            f" duration(self.{field}) <= duration('24h'))",
            f"job: {field} must be at least 1s and at most 24h",
        )
        for field in ("interval", "timeout")
    ),
]
NO_JOB_RULE = rule(
    "self.all(o, !has(o.job))", "objectives: a Job is declared in the Release whose namespace it runs in, not in a set"
)
