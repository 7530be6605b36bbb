"""Built-in questions about Traefik's data plane."""

from datetime import timedelta

from tidegate.api import format_duration

COUNTER = "traefik_service_requests_total"
BUCKETS = "traefik_service_request_duration_seconds_bucket"


def service_pattern(namespace: str, service: str, port: int) -> str:
    """How Traefik names a Gateway API backend in its metrics: newer versions put the route before it."""
    return f"(httproute-.+-svc-)?{namespace}-{service}-([0-9]+|http-{port})(@.+)?"


def error_ratio(namespace: str, service: str, port: int, *, window: timedelta, least: int) -> str:
    """The share of 5xx among a Service's requests; nothing where there were fewer than `least`."""
    selector, span = f'service=~"{service_pattern(namespace, service, port)}"', format_duration(window)
    total = counted(f"{COUNTER}{{{selector}}}", span)
    errors = counted(f'{COUNTER}{{{selector},code=~"5.."}}', span)
    return f"({errors} / {total}) and on() ({total} >= {least})"


def slow_requests(namespace: str, service: str, port: int, *, over: timedelta, window: timedelta, least: int) -> str:
    """The share of a Service's requests above a bucket's boundary; nothing where there is no such bucket."""
    selector, span = f'service=~"{service_pattern(namespace, service, port)}"', format_duration(window)
    bucket = f'{BUCKETS}{{{selector},le=~"{boundary(over)}"}}'
    total, quick = counted(f'{BUCKETS}{{{selector},le="+Inf"}}', span), counted(bucket, span)
    return f"(({total} - {quick}) / {total}) and on() ({total} >= {least}) and on() (count({bucket}) > 0)"


def boundary(over: timedelta) -> str:
    """A regular expression for a bucket's `le` in seconds: servers write 5 as 5 or as 5.0."""
    text = f"{over.total_seconds():.9f}".rstrip("0")
    whole, _, rest = text.partition(".")
    return f"{whole}[.]{rest}" if rest else f"{whole}([.]0)?"


def counted(series: str, span: str) -> str:
    """How far counters rose. What `increase` never sees counts too: the first value of a series that is new."""
    grown = f"sum(increase({series}[{span}]) and {series} offset {span})"
    born = f"sum({series} unless {series} offset {span})"
    return f"(({grown} or vector(0)) + ({born} or vector(0)))"
