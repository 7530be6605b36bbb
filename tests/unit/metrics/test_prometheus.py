"""An answer is a number, no data, or of no use; nothing else."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from tests.unit.metrics.recorded import vector
from tidegate.api import InvalidSpec
from tidegate.metrics.answer import NoData, NotWhole, Sample, Unusable
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.raw_counts import RawSeries
from tidegate.metrics.samples import Sample as RawSample
from tidegate.metrics.translator import Question
from tidegate.metrics.variables import check, fill

SOURCE = Prometheus(address="http://prometheus")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (vector("0.5"), Sample),
        (vector(), NoData),
        (vector("NaN"), NoData),
        (vector("+Inf"), Unusable),
        (vector("1_000"), Unusable),
        (vector(" 5 "), Unusable),
        (vector("١٢"), Unusable),
        (vector("1", "2"), Unusable),
        (b'{"status":"success","data":{"resultType":"scalar","result":[1,"3"]}}', Sample),
        (b'{"status":"success","data":{"resultType":"matrix","result":[]}}', Unusable),
        (b'{"status":"error","errorType":"bad_data","error":"parse error"}', Unusable),
        (b"<html>", Unusable),
        (b"", Unusable),
    ],
    ids=[
        "one",
        "none",
        "nan",
        "inf",
        "underscores",
        "spaces",
        "other digits",
        "two",
        "scalar",
        "matrix",
        "error",
        "html",
        "nothing",
    ],
)
def test_every_answer_has_one_meaning(body: bytes, kind: type) -> None:
    assert isinstance(Prometheus(address="http://prometheus").parse(body), kind)


MATRIX = b'{"status":"success","data":{"resultType":"matrix","result":[%s]}%s}'
ONE = b'{"metric":{"code":"200"},"values":[[1700000000.123,"7"],[1700000015.123,"9"]]}'


def test_a_range_selector_gives_raw_samples_at_exact_times() -> None:
    assert SOURCE.raw(MATRIX % (ONE, b"")) == (
        RawSeries({"code": "200"}, (RawSample(1700000000123, 7.0), RawSample(1700000015123, 9.0))),
    )


@pytest.mark.parametrize("value", ["1_000", " 5", "\u0661\u0662", "0x10", "1e", ""])
def test_a_sample_in_letters_that_no_prometheus_writes_is_no_answer(value: str) -> None:
    one = json.dumps({"metric": {}, "values": [[1.0, value]]}).encode()

    assert isinstance(SOURCE.raw(MATRIX % (one, b"")), Unusable)


@pytest.mark.parametrize("value", ["0", "12", "-5", "0.5", "1e+06", "1.5e-7", "1E9", "+Inf", "-Inf"])
def test_a_sample_as_a_prometheus_writes_it_is_that_number(value: str) -> None:
    one = json.dumps({"metric": {}, "values": [[1.0, value]]}).encode()

    assert SOURCE.raw(MATRIX % (one, b"")) == (RawSeries({}, (RawSample(1000, float(value)),)),)


WHOLE = [
    b',"warnings":[],"infos":[]',
    b',"warnings":null,"isPartial":false',
    b',"infos":["PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket"]',
    b',"warnings":["PromQL info: metric might not be a counter, name does not end in _total: \\"errors\\" (1:10)"]',
]
NOT_WHOLE = {
    "cut": b',"warnings":["results truncated due to limit"]',
    "a store of Thanos is gone": b',"warnings":["fetch series for {r=\\"a\\"} proxy Series(): store is gone"]',
    "no store of Thanos": b',"warnings":["No StoreAPIs matched for this query"]',
    "a remote read failed": b',"warnings":["remote_read: connection refused"]',
    "elements left out": b',"warnings":["PromQL warning: encountered a mix of histograms and floats for x (1:5)"]',
    "of both kinds": b',"warnings":["PromQL info: monotonicity","store is gone"]',
    "of kinds that are left out": b',"warnings":["PromQL info: a","3 more annotations omitted"]',
    "VictoriaMetrics": b',"isPartial":true',
}


@pytest.mark.parametrize("said", NOT_WHOLE.values(), ids=NOT_WHOLE)
def test_an_answer_that_is_not_whole_is_none(said: bytes) -> None:
    for found in (SOURCE.raw(MATRIX % (ONE, said)), SOURCE.parse(vector("0")[:-1] + said + b"}")):
        assert isinstance(found, NotWhole)
        assert "not whole" in found.why


@pytest.mark.parametrize("said", NOT_WHOLE.values(), ids=NOT_WHOLE)
def test_silence_of_a_part_of_the_data_is_no_silence(said: bytes) -> None:
    assert isinstance(SOURCE.parse(vector()[:-1] + said + b"}"), NotWhole)


@pytest.mark.parametrize("said", WHOLE, ids=["empty", "null", "infos", "infos among the warnings"])
def test_what_may_be_a_false_alarm_does_not_spoil_an_answer(said: bytes) -> None:
    assert SOURCE.parse(vector("0.5")[:-1] + said + b"}") == Sample(0.5)
    assert isinstance(SOURCE.raw(MATRIX % (ONE, said)), tuple)


@pytest.mark.parametrize(
    "body",
    [
        vector("1"),
        MATRIX % (b'{"metric":{},"values":[[1,"seven"]]}', b""),
        MATRIX % (b'{"metric":{},"values":[[1e400,"7"]]}', b""),
        MATRIX % (b'{"metric":{},"values":[["now","7"]]}', b""),
        MATRIX[:40],
        b'{"status":"error","errorType":"execution","error":"query timed out"}',
        b"<html>",
        b"",
    ],
    ids=["a vector", "words", "no time", "a time in words", "cut off", "error", "html", "nothing"],
)
def test_what_is_no_matrix_is_no_answer(body: bytes) -> None:
    assert isinstance(SOURCE.raw(body), Unusable)


def test_a_raw_question_is_pinned_bounded_and_in_the_body() -> None:
    source = Prometheus(address="http://prometheus", timeout=timedelta(milliseconds=500))
    asked = source.raw_request('up{job="a&b"}[1m]', at=1700000000123)

    assert asked.url == "http://prometheus/api/v1/query"
    assert parse_qs(asked.body.decode()) == {
        "query": ['up{job="a&b"}[1m]'],
        "time": ["1700000000.123"],
        "timeout": ["0.5"],
        "limit": ["20000"],
    }


QUESTION = Question(words="up", end=datetime(2026, 3, 1, tzinfo=UTC), window=timedelta(minutes=1))


def test_a_query_of_one_value_has_a_time_to_be_answered_in_and_a_limit_that_shows_several_series() -> None:
    asked = SOURCE.request(QUESTION)

    assert asked.url == "http://prometheus/api/v1/query"
    assert parse_qs(asked.body.decode()) == {"query": ["up"], "timeout": ["5"], "limit": ["10"]}


def test_equal_words_at_two_instants_are_one_question() -> None:
    assert SOURCE.request(QUESTION) == SOURCE.request(replace(QUESTION, end=QUESTION.end + timedelta(milliseconds=1)))


def test_a_past_has_its_times_and_is_bounded() -> None:
    asked = SOURCE.past_request(QUESTION, since=QUESTION.end - timedelta(days=1), every=timedelta(minutes=1))

    assert asked.url == "http://prometheus/api/v1/query_range"
    assert parse_qs(asked.body.decode()) == {
        "query": ["up"],
        "start": ["1772236800.000"],
        "end": ["1772323200.000"],
        "step": ["60"],
        "timeout": ["5"],
        "limit": ["10"],
    }


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (vector("0", "0"), "the query returns 2 series; aggregate them to one"),
        (
            vector(*"0" * 10)[:-1] + NOT_WHOLE["cut"] + b"}",
            "the answer is not whole: the query returns more than 10 series; aggregate them to one",
        ),
    ],
    ids=["two", "as many as fit"],
)
def test_several_series_are_said_to_be_several_also_where_the_server_cut_them(body: bytes, why: str) -> None:
    found = SOURCE.parse(body)

    assert isinstance(found, Unusable)
    assert found.why == why


def test_an_unknown_variable_is_refused_with_those_that_exist() -> None:
    with pytest.raises(InvalidSpec, match=r"\$pods; there are \$candidate_pods"):
        check("spec.objectives[0].query.promql", "up{pod=~'$pods'}")


@pytest.mark.parametrize("foreign", ["${candidate_pods}", "{{ args.pods }}", "$Candidate_pods"])
def test_another_tools_way_to_write_a_variable_is_refused(foreign: str) -> None:
    with pytest.raises(InvalidSpec, match=r"which nobody fills in: a variable is written as \$namespace"):
        check("spec.objectives[0].query.promql", f'sum(x{{pod=~"{foreign}"}}) or vector(0)')


def test_variables_are_filled_in() -> None:
    assert fill("x[$window] $namespace", {"window": "1m", "namespace": "shop"}) == "x[1m] shop"


def test_a_native_histogram_is_read_by_its_buckets() -> None:
    histogram = b'{"count":"7","sum":"3.5","buckets":[[3,"-0.001","0.001","2"],[0,"0.5","1","5"]]}'

    found = SOURCE.raw(MATRIX % (b'{"metric":{"service":"web"},"histograms":[[1.5,%s]]}' % histogram, b""))

    assert not isinstance(found, Unusable)
    (taken,) = found[0].native
    assert (taken.at, taken.requests, taken.up_to(0.5), taken.up_to(0.7), taken.up_to(1.0)) == (1500, 7, 2, None, 7)


def test_a_native_histogram_that_is_no_number_is_no_answer() -> None:
    body = MATRIX % (b'{"metric":{},"histograms":[[1.5,{"count":"many","sum":"3.5"}]]}', b"")

    assert isinstance(SOURCE.raw(body), Unusable)
