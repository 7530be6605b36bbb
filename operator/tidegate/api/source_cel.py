"""The rules of a metric source for the API server."""

from typing import Any

from pydantic.alias_generators import to_camel

from .cel import rule
from .metric_source import PROVIDERS
from .providers import CREDENTIALS, NOT_OF_A_NAMESPACE
from .variables_cel import FOREIGN_RULE, variables_rule

TIMEOUT_RULE = rule(
    "duration(self) >= duration('100ms') && duration(self) <= duration('30s')",
    "timeout: must be at least 100ms and at most 30s",
)
PAGE_TIMEOUT_RULE = rule(
    "duration(self) >= duration('100ms') && duration(self) <= duration('10s')",
    "scrape.timeout: must be at least 100ms and at most 10s",
)
INTERVAL_RULE = rule(
    "duration(self) >= duration('1s') && duration(self) <= duration('1m')",
    "scrape.interval: must be at least 1s and at most 1m",
)
TARGETS_RULE = rule("(size(self.addresses) > 0) != has(self.pods)", "scrape: must have exactly one of addresses, pods")
DIFFERENT_RULE = rule(
    "self.addresses.all(one, self.addresses.exists_one(other, other == one))",
    "scrape.addresses: must be different ones",
)
LABELS_RULE = rule(
    "self.labels.all(one, self.labels.exists_one(other, other.name == one.name))",
    "prometheus.labels: must have different names",
)
PODS_RULE = rule(
    "!has(self.pods) || !(self.eachAddress || has(self.authSecret))",
    "scrape.pods: goes without eachAddress and authSecret",
)
WINDOW_RULE = rule(
    "duration(self) >= duration('10s') && duration(self) <= duration('1h')",
    "window: must be at least 10s and at most 1h",
)
ASKED_RULE = rule(
    "self.url.contains('$query') || (has(self.body) && self.body.contains('$query'))",
    "web: must have $query in url or in body",
)
BODY_RULE = rule("!has(self.body) || self.method == 'POST'", "web: body needs method POST")
HEADER_RULE = rule("!has(self.authHeader) || has(self.authSecret)", "web: authHeader needs authSecret")
CREDENTIALS_RULE = rule(
    f"!(self.lowerAscii() in {list(CREDENTIALS)})", "headers: holds credentials: they come from authSecret"
)
LINK_LOCAL_RULE = rule("!self", f"allowLinkLocal: {NOT_OF_A_NAMESPACE}")
PERIOD_RULE = rule(
    "self in [1, 5, 10, 20, 30] || self % 60 == 0", "period: must be 1, 5, 10, 20, 30 or a multiple of 60"
)
ONE_RULE = rule(
    f"[{', '.join(f'has(self.{to_camel(name)})' for name in PROVIDERS)}].filter(f, f).size() == 1",
    f"must have exactly one of {', '.join(map(to_camel, PROVIDERS))}",
)


def source_by(spec: dict[str, Any], *, of_a_namespace: bool) -> None:
    """Put the rules of each provider into the schema of a source."""
    spec["x-kubernetes-validations"] = [ONE_RULE]
    for provider in spec["properties"].values():
        provider["properties"]["timeout"]["x-kubernetes-validations"] = [{**TIMEOUT_RULE}]
        if of_a_namespace:
            provider["properties"]["allowLinkLocal"]["x-kubernetes-validations"] = [{**LINK_LOCAL_RULE}]

        name = provider["properties"]["headers"]["items"]["properties"]["name"]
        name["x-kubernetes-validations"] = [{**CREDENTIALS_RULE}]
        if "window" in provider["properties"]:
            provider["properties"]["window"]["x-kubernetes-validations"] = [{**WINDOW_RULE}]

    spec["properties"]["cloudWatch"]["properties"]["period"]["x-kubernetes-validations"] = [PERIOD_RULE]
    spec["properties"]["prometheus"]["x-kubernetes-validations"] = [LABELS_RULE]
    scrape = spec["properties"]["scrape"]
    scrape["x-kubernetes-validations"] = [TARGETS_RULE, DIFFERENT_RULE, PODS_RULE]
    scrape["properties"]["timeout"]["x-kubernetes-validations"] = [PAGE_TIMEOUT_RULE]
    scrape["properties"]["interval"]["x-kubernetes-validations"] = [INTERVAL_RULE]
    web = spec["properties"]["web"]
    web["x-kubernetes-validations"] = [ASKED_RULE, BODY_RULE, HEADER_RULE]
    for template in ("url", "body"):
        web["properties"][template]["x-kubernetes-validations"] = [FOREIGN_RULE, variables_rule("query")]
