"""Which variables a query may have, as rules of the API server: it names the one that nobody fills in."""

from collections.abc import Sequence

from .cel import Rule, rule
from .query_variables import FOREIGN_VARIABLE, KNOWN, NAME, foreign, unknown

FIND = f"findAll('[$]{NAME}')"
HERE = "{}"


def variables_rule(*also: str) -> Rule:
    """The rule of a text, in which these may stand as well."""
    names = sorted({*KNOWN, *also})
    # One expression for the whole text: by the API server's estimate, a look at each variable would cost too much.
    whole = f"^[^$]*([$]({'|'.join(names)})?([^a-z_$][^$]*)?)*$"
    return rule(
        f"self.matches('{whole}')",
        unknown("", names),
        words=naming(f"self.{FIND}.filter(v, !(v in {listed(names)}))[0]", unknown(HERE, names)),
    )


def listed(names: Sequence[str]) -> str:
    """Variables as a list in CEL."""
    quoted = (f"'${name}'" for name in names)
    return f"[{', '.join(quoted)}]"


def naming(found: str, sentence: str) -> str:
    """A sentence in CEL, with what an expression finds in its place."""
    before, after = sentence.split(HERE)
    return f"'{before}' + {found} + '{after}'"


FOREIGN_RULE = rule(
    f"!self.matches(r'{FOREIGN_VARIABLE}')",
    foreign("a variable of another tool"),
    words=naming(f"self.find(r'{FOREIGN_VARIABLE}')", foreign(HERE)),
)
# A set's arguments are variables too. A list of one list gives all names a name, so that they are joined only once.
NAMES = f"[{listed(sorted(KNOWN))} + self.args.map(a, '$' + a.name)]"
ASKED = "self.objectives.filter(o, has(o.query)).map(o, has(o.query.promql) ? o.query.promql : o.query.text)"
SET_VARIABLES_RULE = rule(
    f"{NAMES}.all(names, {ASKED}.all(q, q.{FIND}.all(v, v in names)))",
    f"objectives: a query {unknown('', sorted(KNOWN))}, and what args declares",
)
