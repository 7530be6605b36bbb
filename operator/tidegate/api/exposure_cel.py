"""What the API server checks of match, mirror and affinity, with the sentences that people read."""

from .cel import rule

EXPOSURE_RULES = [
    rule("!(has(self.match) && has(self.mirror))", "a step has at most one of match and mirror"),
    rule("!has(self.match) || self.weight < 100", "match: needs a weight below 100; at 100 every request matches"),
    rule("!has(self.mirror) || self.weight == 0", "mirror: needs weight 0; what is answered is not copied as well"),
]
CONDITIONS_RULE = rule(
    "(has(self.headers) ? self.headers.size() : 0) + (has(self.cookies) ? self.cookies.size() : 0) > 0",
    "match: must have headers, cookies, or both",
)
HEADERS_RULE = rule(
    "!has(self.headers) || self.headers.all(h, self.headers.exists_one(o, o.name.lowerAscii() == h.name.lowerAscii())"
    " && (!has(self.cookies) || self.cookies.size() == 0 || h.name.lowerAscii() != 'cookie'))",
    "match: each header may be named once; a cookie is the header Cookie",
)
AFFINITY_RULE = rule(
    "!has(self.affinity) || has(self.gateway)",
    "affinity: needs traffic.gateway; of a route of your own Tidegate writes two weights and nothing else",
)
MAX_AGE_RULE = rule("duration(self) >= duration('1s')", "maxAge: must be at least 1s")

# A rule without matches has one: all paths.
_MATCHES = "(has(r.matches) && r.matches.size() > 0 ? r.matches.size() : 1)"
_ENTRIES = "((has(s.match) ? s.match.size() : 0) + (has(self.traffic.affinity) ? 1 : 0))"
_RULES = "self.traffic.gateway.rules"
_EXPOSED = "(has(self.traffic.affinity) || self.steps.exists(s, has(s.match)))"
_ALL_FIT = f"{_RULES}.map(r, {_MATCHES}).sum() * ({_ENTRIES} + 1) <= 128"
_EACH_FITS = f"{_RULES}.all(r, {_MATCHES} * {_ENTRIES} <= 64)"
ROUTE_RULES = [
    rule(
        "has(self.traffic.gateway) || self.steps.all(s, !has(s.match) && !has(s.mirror))",
        "steps: match and mirror need traffic.gateway; of a route of your own Tidegate writes two weights and nothing"
        " else",
    ),
    rule(
        f"!has(self.traffic.gateway) || !has({_RULES}) || !{_EXPOSED} || {_RULES}.size() <= 8",
        "traffic.gateway.rules: must be at most 8 beside match or affinity; each needs another rule, a route holds 16",
    ),
    rule(
        f"!has(self.traffic.gateway) || !has({_RULES}) || !{_EXPOSED} || self.steps.all(s, {_ALL_FIT} && {_EACH_FITS})",
        "steps: match times the matches of traffic.gateway.rules must be at most 64 for a rule; with those, 128 in all",
    ),
]
