"""What the process is started with is refused by name where it cannot be meant."""

import pytest

from tidegate.handlers.options import parse


def test_everything_is_looked_at_unless_told_otherwise() -> None:
    options = parse([])

    assert options.namespaces == ()
    assert options.without == frozenset()


def test_logs_are_read_only_where_it_is_said() -> None:
    assert (parse([]).read_logs, parse(["--read-logs"]).read_logs) == (False, True)


def test_namespaces_and_groups_are_lists_with_commas() -> None:
    options = parse(["--namespaces", "shop,bank,shop", "--without", "gateway.networking.k8s.io"])

    assert options.namespaces == ("shop", "bank")
    assert options.without == {"gateway.networking.k8s.io"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--namespaces", "Shop"], "'Shop' is no name of a namespace"),
        (["--namespaces", "shop,"], "'' is no name of a namespace"),
        (["--namespaces", ",".join(f"n{number}" for number in range(33))], "33 namespaces are more than 32"),
        (["--without", "apps"], "'apps' cannot be switched off; choose from"),
        (["--http", "8080x"], "must be host:port"),
        (["--http", "127.0.0.1:65536"], "with a port from 1 to 65535"),
    ],
    ids=["capital", "trailing comma", "too many", "a needed group", "no port", "a port that is none"],
)
def test_what_cannot_be_meant_is_refused_by_name(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(arguments)

    assert sentence in capsys.readouterr().err
