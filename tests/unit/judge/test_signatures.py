"""Lines of one error have one signature, and no signature holds a value."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.judge.signatures import LONGEST_SIGNATURE, signature


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("2026-01-01T12:00:00Z ERROR connection to 10.1.2.3:5432 refused", "* ERROR connection to * refused"),
        ("E0101 12:00:00.123456 1 main.go:12] failed to list pods", "* failed to list pods"),
        ('{"level":"error","msg":"cannot reach payments","id":"7f3a"}', "cannot reach payments"),
        ('{"severity":"CRITICAL","message":"order 17 lost"}', "order * lost"),
        ('time=now level=error msg="dial tcp 10.0.0.1: timeout" user=ada', "dial tcp * timeout"),
        ('{"level":50,"time":1767225600000,"pid":1,"msg":"cannot reach payments"}', "cannot reach payments"),
        ('{"log":{"level":"error"},"message":"cannot reach payments"}', "cannot reach payments"),
        ('{"level":"ERROR","fields":{"message":"cannot reach payments"}}', "cannot reach payments"),
        ('{"@t":"2026-01-01","@l":"Error","@mt":"cannot reach payments"}', "cannot reach payments"),
        ("java.net.ConnectException: Connection refused", "java.net.ConnectException Connection refused"),
        (
            "panic: runtime error: index out of range [5] with length 3",
            "panic runtime error index out of range * with length *",
        ),
        ("ValueError: invalid literal for int() with base 10: 'ada'", "ValueError invalid literal for int with base *"),
    ],
    ids=["plain", "klog", "JSON", "severity", "pairs", "Node", "ECS", "Rust", "Serilog", "Java", "Go", "Python"],
)
def test_an_error_is_told_in_its_words(line: str, told: str) -> None:
    assert signature(line) == told


@pytest.mark.parametrize(
    "line",
    [
        "GET /errors 200",
        "all is well",
        "",
        "ERROR 17",
        '{"level":"info","msg":"no error at all here"}',
        '{"level":"error"}',
        "{not JSON error at all",
        '{"level":30,"msg":"an error was mended"}',
        '{"level":[50],"msg":"an error was mended"}',
        'level=info msg="an error was mended"',
    ],
    ids=[
        "a path",
        "no error",
        "empty",
        "no words",
        "a good level",
        "no message",
        "cut JSON",
        "a good number",
        "no level",
        "good pairs",
    ],
)
def test_what_is_no_error_or_has_no_words_has_no_signature(line: str) -> None:
    assert signature(line) is None


@pytest.mark.parametrize(
    "secret",
    [
        "hunter",
        "S3cr3t",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
        "deadbeefcafe",
        "550e8400-e29b-41d4-a716-446655440000",
        "ada@shop.example",
        "aGVsbG9Xb3JsZA",
    ],
    ids=["a word", "mixed", "a JWT", "hexadecimal", "a UUID", "an address", "base64"],
)
@pytest.mark.parametrize(
    "line",
    [
        "ERROR login failed with password {}",
        "ERROR login failed, Authorization: Bearer {}",
        "ERROR cannot open postgres://admin:{}@db/shop today",
        "ERROR request failed for token={} again",
        'ERROR bad value "{}" was given',
        'ERROR cannot read "{} and more',
        '{{"level":"error","msg":"cannot log in","password":"{}"}}',
        'level=error msg="login failed" session={}',
    ],
    ids=["a password", "a header", "a URL", "a pair", "quoted", "quoted and cut", "a JSON field", "another pair"],
)
def test_no_secret_is_in_a_signature(line: str, secret: str) -> None:
    assert secret not in (signature(line.format(secret)) or "")


@pytest.mark.parametrize(
    "secret", ["deadbeefcafe", "x7Kq9", "aGVsbG9Xb3JsZA", "10.0.0.1", "Zm9vYmFyYmF6cXV4", "12345678"]
)
def test_what_looks_made_up_is_masked_wherever_it_stands(secret: str) -> None:
    assert signature(f"ERROR order {secret} was lost") == "ERROR order * was lost"


@given(st.text(max_size=300))
def test_any_line_is_read_and_its_signature_is_short_and_has_no_digits(text: str) -> None:
    for line in (f"ERROR {text}", "{" + text, json.dumps({"level": "error", "msg": text}), f"level=error {text}"):
        found = signature(line) or ""
        assert len(found) <= LONGEST_SIGNATURE
        assert not set(found) & set(string.digits + "\"'`@=?&%\n")


def test_lines_that_differ_in_values_alone_are_one_error() -> None:
    lines = {signature(f"ERROR order {number} of customer {number * 7:x}-{number} timed out") for number in range(99)}

    assert lines == {"ERROR order * of customer * timed out"}
