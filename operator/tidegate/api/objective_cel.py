"""What an objective must be, as rules of the API server."""

from .cel import as_number, rule
from .release import QUERIES_LENGTH

OBJECTIVE_RULE = rule(
    "[has(self.query), has(self.errorRatio), has(self.slowRequests)].filter(f, f).size() == 1",
    "objectives: each must have exactly one of query, errorRatio and slowRequests",
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
        f"!has(self.max) || !has(self.min) || {as_number('self.min')} <= {as_number('self.max')}",
        "query: min must not be greater than max",
    ),
    rule("has(self.promql) != has(self.text)", "query: must have exactly one of promql and text"),
]
