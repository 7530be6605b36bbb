"""Built-in questions about Traefik's data plane."""

from datetime import timedelta

from tidegate.api import format_duration


def service_pattern(namespace: str, service: str, port: int) -> str:
    """How Traefik names a Gateway API backend in its metrics."""
    return f"{namespace}-{service}-(http-)?{port}(@.+)?"


def error_ratio(namespace: str, service: str, port: int, *, window: timedelta, least: int) -> str:
    """The share of 5xx among a Service's requests; nothing where there were fewer than `least`."""
    pattern, span = service_pattern(namespace, service, port), format_duration(window)
    total = f'sum(increase(traefik_service_requests_total{{service=~"{pattern}"}}[{span}]))'
    errors = f'sum(increase(traefik_service_requests_total{{service=~"{pattern}",code=~"5.."}}[{span}]))'
    return f"(({errors} or vector(0)) / {total}) and on() ({total} >= {least})"
