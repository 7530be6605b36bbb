"""What each kind of metric source answers, in the shape that its reference gives: the number asked for is 0.25."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from tidegate.metrics.cloudwatch import CloudWatch
from tidegate.metrics.datadog import Datadog
from tidegate.metrics.dynatrace import Dynatrace
from tidegate.metrics.graphite import Graphite
from tidegate.metrics.influxdb import InfluxDb
from tidegate.metrics.new_relic import NewRelic
from tidegate.metrics.prometheus import Prometheus
from tidegate.metrics.sigv4 import Key
from tidegate.metrics.translator import Request, Translator
from tidegate.metrics.web import Web

SECRETS = ("key-of-the-api", "key-of-the-app")
BEARER = {"Authorization": f"Bearer {SECRETS[0]}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A translator, and answers: one number, none, several; a refusal with the words in it; what it reads as asked."""

    translator: Translator
    one: bytes
    nothing: tuple[bytes, ...]
    several: tuple[bytes, ...]
    refusal: bytes = b"<html>"
    says: str = ""
    asked: Callable[[Request], str]


def text(answer: object) -> bytes:
    """An answer as JSON."""
    return json.dumps(answer).encode()


def of_form(name: str) -> Callable[[Request], str]:
    """The words in a form or behind the ? of an address."""
    return lambda request: parse_qs(request.body.decode() or urlsplit(request.url).query)[name][0]


def vector(*values: str) -> bytes:
    """Prometheus' answer to an instant query."""
    result = [{"metric": {"pod": f"web-{place}"}, "value": [1724.1, value]} for place, value in enumerate(values)]
    return text({"status": "success", "data": {"resultType": "vector", "result": result}})


def timeseries(*series: list[float | None], at: float = 1430311700.0) -> bytes:
    """Datadog's answer to a timeseries query."""
    found: list[dict[str, object]] = [
        {
            "attributes": {},
            "metric": "trace.http.request.errors",
            "interval": 20,
            "tag_set": [],
            "query_index": 0,
            "aggr": "avg",
            "scope": f"version:{place}",
            "pointlist": [[at * 1000 + 20000 * index, value] for index, value in enumerate(points)],
            "length": len(points),
            "unit": None,
        }
        for place, points in enumerate(series)
    ]
    return text(
        {"status": "ok", "resp_version": 1, "series": found, "res_type": "time_series", "message": "", "group_by": []}
    )


def metric_data(*series: list[float], status: str = "Complete", at: float = 1724.0) -> bytes:
    """CloudWatch's answer to GetMetricData."""
    results = [
        {
            "Id": f"q{place}",
            "Label": "errors",
            "Timestamps": [at + 60 * index for index, _ in enumerate(values)],
            "Values": values,
            "StatusCode": status,
        }
        for place, values in enumerate(series)
    ]
    return text({"MetricDataResults": results, "Messages": []})


def rows(*found: object) -> bytes:
    """NerdGraph's answer to an NRQL query."""
    return text({"data": {"actor": {"account": {"nrql": {"results": found}}}}})


def selected(*series: list[float | None], page: str | None = None) -> bytes:
    """Dynatrace's answer to a metric query of resolution Inf."""
    found = [
        {"dimensions": [], "dimensionMap": {}, "timestamps": [1724000 for _ in values], "values": values}
        for values in series
    ]
    metric = {"metricId": "builtin:service.errors.total.rate:splitBy()", "dataPointCountRatio": 0.1, "data": found}
    return text({"totalCount": len(found), "nextPageKey": page, "resolution": "Inf", "result": [metric]})


def table(*values: str, number: int = 0) -> bytes:
    """One table of InfluxDB's annotated CSV, with the header that comes with it."""
    time = "2026-03-01T12:00:00Z"
    lines = [",result,table,_start,_stop,_time,_value,_field,_measurement"]
    lines += [f",_result,{number},{time},{time},{time},{value},errors,http" for value in values]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()


def targets(*series: list[float | None], at: float = 1724000) -> bytes:
    """Graphite's answer with format=json."""
    return text(
        [
            {
                "target": f"errors.{place}",
                "tags": {"name": "errors"},
                "datapoints": [[value, at + 10 * index] for index, value in enumerate(values)],
            }
            for place, values in enumerate(series)
        ]
    )


RECORDED = {
    "Prometheus": Recorded(
        translator=Prometheus(address="https://prometheus.example/", authorization=BEARER),
        one=vector("0.25"),
        nothing=(vector(), vector("NaN")),
        several=(vector("0.25", "0.5"),),
        refusal=b'{"status":"error","errorType":"bad_data","error":"invalid parameter: unclosed left parenthesis"}',
        says="unclosed left parenthesis",
        asked=of_form("query"),
    ),
    "Datadog": Recorded(
        translator=Datadog(address="https://api.datadoghq.eu", api_key=SECRETS[0], app_key=SECRETS[1]),
        one=timeseries([0.75, 0.25, None]),
        nothing=(timeseries(), timeseries([]), timeseries([None, None])),
        several=(timeseries([0.25], [0.5]),),
        refusal=b'{"errors":["Error parsing query: unable to parse avg:x: Rule \'scope_expr\' didn\'t match"]}',
        says="unable to parse",
        asked=of_form("query"),
    ),
    "CloudWatch": Recorded(
        translator=CloudWatch(
            address="https://monitoring.eu-west-1.amazonaws.com",
            region="eu-west-1",
            key=Key(id="AKIDEXAMPLE", secret=SECRETS[1], session=SECRETS[0]),
        ),
        one=metric_data([0.75, 0.25]),
        nothing=(metric_data(), metric_data([])),
        several=(metric_data([0.25], [0.5]), metric_data([0.25], status="PartialData")),
        refusal=b'{"__type":"com.amazonaws.cloudwatch#ValidationError","message":"Error in expression \'q\': Syntax"}',
        says="ValidationError: Error in expression",
        asked=lambda request: str(json.loads(request.body)["MetricDataQueries"][0]["Expression"]),
    ),
    "New Relic": Recorded(
        translator=NewRelic(address="https://api.newrelic.com", account=42, api_key=SECRETS[0]),
        one=rows({"percentile.duration": {"99": 0.25}}),
        nothing=(rows(), rows({"average.duration": None})),
        several=(
            rows({"count": 0.25}, {"count": 0.5}),
            rows({"a": 0.25, "b": 0.5}),
            rows({"beginTimeSeconds": 1724, "endTimeSeconds": 1784, "count": 0.25}),
            text({"data": {"actor": {"account": None}}}),
            text({"data": {"actor": {"account": {"nrql": None}}}, "errors": [{"message": "NRQL Syntax Error"}]}),
        ),
        refusal=b'{"errors":[{"message":"NRQL Syntax Error: Error at line 1 position 8"}]}',
        says="NRQL Syntax Error",
        asked=lambda request: str(json.loads(request.body)["variables"]["nrql"]),
    ),
    "Dynatrace": Recorded(
        translator=Dynatrace(address="https://abc12345.live.dynatrace.com/", token=SECRETS[0]),
        one=selected([0.25]),
        nothing=(
            selected(),
            selected([]),
            selected([None]),
            text({"totalCount": 0, "nextPageKey": None, "result": []}),
        ),
        several=(selected([0.25], [0.5]), selected([0.25], page="___a48fh13n")),
        refusal=text(
            {
                "error": {
                    "code": 400,
                    "message": "Constraints violated.",
                    "constraintViolations": [{"path": "metricSelector", "message": "Missing closing parenthesis"}],
                }
            }
        ),
        says="Constraints violated.; Missing closing parenthesis",
        asked=of_form("metricSelector"),
    ),
    "InfluxDB": Recorded(
        translator=InfluxDb(address="http://influxdb.example:8086", organization="shop", token=SECRETS[0]),
        one=table("0.25"),
        nothing=(b"", b"\r\n", table(), table(""), table("NaN")),
        several=(
            table("0.25") + table("0.5", number=1),
            b"#datatype,string,string\r\n#default,,\r\n,error,reference\r\n,query ran out of time,897\r\n",
        ),
        refusal=b'{"code":"invalid","message":"compilation failed: error at @1:1-1:5: undefined identifier fron"}',
        says="undefined identifier",
        asked=lambda request: request.body.decode(),
    ),
    "Graphite": Recorded(
        translator=Graphite(address="https://graphite.example", authorization=BEARER),
        one=targets([0.75, 0.25, None]),
        nothing=(b"[]", targets([]), targets([None, None])),
        several=(targets([0.25], [0.5]),),
        refusal=b"Invalid parameters (sumSeries() takes at least 1 argument)",
        says="takes at least 1 argument",
        asked=of_form("target"),
    ),
    "Web": Recorded(
        translator=Web(
            url="https://checks.example/numbers?of=$query&since=$window",
            path="data.result[0].value",
            authorization=BEARER,
        ),
        one=b'{"data":{"result":[{"name":"errors","value":0.25}]}}',
        nothing=(
            b'{"data":{"result":[]}}',
            b'{"data":{"result":[{"value":null}]}}',
            b'{"data":{"result":[{"value":"NaN"}]}}',
        ),
        several=(b'{"data":{"result":[{"value":[0.25,0.5]}]}}', b'{"data":{"result":[{"value":{"a":0.25}}]}}'),
        asked=of_form("of"),
    ),
    "Web by POST": Recorded(
        translator=Web(
            url="https://checks.example/numbers",
            path="[0]",
            method="POST",
            body='{"question": {"of": "$query"}}',
            authorization=BEARER,
        ),
        one=b"[0.25]",
        nothing=(b"[]", b"[null]"),
        several=(b"[[0.25,0.5]]",),
        asked=lambda request: str(json.loads(request.body)["question"]["of"]),
    ),
}
