"""An answer is a number, no data, or of no use; nothing else."""

import pytest

from tests.unit.metrics.recorded import vector
from tidegate.api import InvalidSpec
from tidegate.metrics.answer import NoData, Sample, Unusable
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.variables import check, fill


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (vector("0.5"), Sample),
        (vector(), NoData),
        (vector("NaN"), NoData),
        (vector("+Inf"), Unusable),
        (vector("1", "2"), Unusable),
        (b'{"status":"success","data":{"resultType":"scalar","result":[1,"3"]}}', Sample),
        (b'{"status":"success","data":{"resultType":"matrix","result":[]}}', Unusable),
        (b'{"status":"error","errorType":"bad_data","error":"parse error"}', Unusable),
        (b"<html>", Unusable),
        (b"", Unusable),
    ],
    ids=["one", "none", "nan", "inf", "two", "scalar", "matrix", "error", "html", "nothing"],
)
def test_every_answer_has_one_meaning(body: bytes, kind: type) -> None:
    assert isinstance(Prometheus(address="http://prometheus").parse(body), kind)


def test_an_unknown_variable_is_refused_with_those_that_exist() -> None:
    with pytest.raises(InvalidSpec, match=r"\$pods; there are \$candidate_pods"):
        check("spec.objectives[0].query.promql", "up{pod=~'$pods'}")


def test_variables_are_filled_in() -> None:
    assert fill("x[$window] $namespace", {"window": "1m", "namespace": "shop"}) == "x[1m] shop"
