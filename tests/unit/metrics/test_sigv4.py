"""Signatures are AWS's own: the cases of its published test suite for Signature Version 4."""

from datetime import UTC, datetime

import pytest

from tidegate.metrics.sigv4 import Key, Scope, host, signed

# The suite's credentials: examples that AWS prints in its manual.
TOKEN = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwt"
    "hAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVX"
    "AkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SCOPE = Scope(region="us-east-1", service="service", at=datetime(2015, 8, 30, 12, 36, tzinfo=UTC))
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("method", "headers", "body", "token", "names", "signature"),
    [
        ("GET", {}, b"", "", "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", {}, b"", "", "host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "POST",
            FORM,
            b"Param1=value1",
            "",
            "content-type;host;x-amz-date",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
        (
            "POST",
            {},
            b"",
            TOKEN,
            "host;x-amz-date;x-amz-security-token",
            "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
        ),
    ],
    ids=["get-vanilla", "post-vanilla", "post-x-www-form-urlencoded", "post-sts-header-before"],
)
def test_a_case_of_the_suite_is_signed_as_published(
    method: str, headers: dict[str, str], body: bytes, token: str, names: str, signature: str
) -> None:
    key = Key(id="AKIDEXAMPLE", secret=SECRET, session=token)

    sent = signed(key, SCOPE, method=method, url="https://example.amazonaws.com/", headers=headers, body=body)

    credential = "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request"
    assert sent["Authorization"] == f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={signature}"
    assert sent["X-Amz-Date"] == "20150830T123600Z"
    assert SECRET not in repr(key)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://a.example/", "a.example"),
        ("https://a.example:443/", "a.example"),
        ("http://a.example:8080/", "a.example:8080"),
        ("https://a.example:80/", "a.example:80"),
    ],
)
def test_the_host_that_is_signed_is_the_one_that_is_sent(url: str, name: str) -> None:
    assert host(url) == name
