"""Buckets in PromQL: rules that hold for every data plane. It knows no product's names."""

from datetime import timedelta

# From here on Go writes a number with an exponent.
EXPONENT_FROM = 1_000_000


def boundary(over: timedelta, unit: timedelta) -> str:
    """A regular expression for a bucket's `le`: servers write 5 as 5 or as 5.0, and a million as 1e+06."""
    value = over / unit
    text = f"{value:.9f}".rstrip("0")
    whole, _, rest = text.partition(".")
    if rest:
        return f"{whole}[.]{rest}"

    plain = f"{whole}([.]0)?"
    return f"({plain}|{_scientific(value)})" if value >= EXPONENT_FROM else plain


def _scientific(value: float) -> str:
    """As Go writes it: 1.8e+06."""
    mantissa, _, exponent = f"{value:.15e}".partition("e+")
    return f"{mantissa.rstrip('0').rstrip('.').replace('.', '[.]')}e[+]{exponent}"
