"""One question for all pods, and each number back to its pod."""

import pytest

from tests.unit.metrics.test_raw_counts import BOTH
from tidegate.metrics.answer import NotWhole, Unusable
from tidegate.metrics.matchers import equal
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.usage import ASKED, LabelledValue, question, read

SOURCE = Prometheus(address="http://prometheus")
VECTOR = b'{"status":"success","data":{"resultType":"vector","result":[%s]}%s}'
ONE = b'{"metric":{"namespace":"shop","pod":"web-a","number":"periods"},"value":[1,"%s"]}'


def test_every_number_of_both_sides_is_in_one_question_and_whole_pods_are_left_out() -> None:
    asked = question(BOTH)

    assert asked.count(" or ") == len(ASKED) - 1
    pods = 'container!="",namespace="shop",pod=~"(web-bcdfghjklm-|web-nnnnnkkkkk-)[a-z0-9]{5}"'
    assert asked.count(f"{{{pods}}}") == len(ASKED)
    periods = f"sum by (namespace, pod) (increase(container_cpu_cfs_periods_total{{{pods}}}[5m]))"
    assert f'label_replace({periods}, "number", "periods", "", "")' in asked


def test_every_number_is_narrowed_by_the_labels_of_its_source() -> None:
    asked = question(BOTH, labels=(equal("cluster", "eu-1"),))

    assert asked.count('container!="",cluster="eu-1",namespace="shop",pod=~') == len(ASKED)


def test_numbers_are_told_by_pod() -> None:
    labels = {"namespace": "shop", "pod": "web-a"}
    answer = [LabelledValue({**labels, "number": "periods"}, 9.0), LabelledValue({**labels, "number": "memory"}, 5.0)]

    assert read([*answer, LabelledValue({}, 1.0)]) == {
        ("shop", "web-a"): {"periods": 9.0, "memory": 5.0},
        ("", ""): {"": 1.0},
    }


def test_the_values_of_a_vector_are_read_and_what_is_no_number_is_left_out() -> None:
    body = VECTOR % (b",".join(ONE % value for value in (b"7.5", b"NaN", b"+Inf")), b"")

    found = SOURCE.vector(body)

    assert found == (LabelledValue({"namespace": "shop", "pod": "web-a", "number": "periods"}, 7.5),)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b'{"status":"error","errorType":"bad_data","error":"parse error"}',
        b'{"status":"success","data":{"resultType":"matrix","result":[]}}',
        b'{"status":"success","data":{"resultType":"vector","result":[{}]}}',
    ],
    ids=["HTML", "an error", "a matrix", "another shape"],
)
def test_what_is_no_vector_is_no_answer(body: bytes) -> None:
    assert isinstance(SOURCE.vector(body), Unusable)


def test_a_cut_vector_is_no_answer() -> None:
    assert isinstance(SOURCE.vector(VECTOR % (ONE % b"1", b',"warnings":["results truncated"]')), NotWhole)
