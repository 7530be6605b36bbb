"""Built-in questions about Traefik's data plane."""

from datetime import timedelta

from tidegate.api import format_duration

COUNTER = "traefik_service_requests_total"


def service_pattern(namespace: str, service: str, port: int) -> str:
    """How Traefik names a Gateway API backend in its metrics: newer versions put the route before it."""
    return f"(httproute-.+-svc-)?{namespace}-{service}-([0-9]+|http-{port})(@.+)?"


def error_ratio(namespace: str, service: str, port: int, *, window: timedelta, least: int) -> str:
    """The share of 5xx among a Service's requests; nothing where there were fewer than `least`."""
    selector, span = f'service=~"{service_pattern(namespace, service, port)}"', format_duration(window)
    total = counted(f"{COUNTER}{{{selector}}}", span)
    errors = counted(f'{COUNTER}{{{selector},code=~"5.."}}', span)
    return f"({errors} / {total}) and on() ({total} >= {least})"


def counted(series: str, span: str) -> str:
    """How far counters rose. What `increase` never sees counts too: the first value of a series that is new."""
    grown = f"sum(increase({series}[{span}]) and {series} offset {span})"
    born = f"sum({series} unless {series} offset {span})"
    return f"(({grown} or vector(0)) + ({born} or vector(0)))"
