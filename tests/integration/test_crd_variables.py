"""A variable that nobody fills in is refused by the API server, in the words in which the operator would say it."""

from typing import Any

import pytest

from tests.cluster.api import Api
from tests.integration.schema_cases import put_at
from tests.integration.test_crds import refusal, release_with, source_with, whole
from tidegate.api import InvalidSpec
from tidegate.api.query_variables import KNOWN
from tidegate.metrics import variables


def asking(language: str, words: str) -> dict[str, Any]:
    """A Release with such a query."""
    return release_with(("spec", "objectives"), [{"name": "a", "query": {language: words, "max": "1"}}])


def shared(kind: str, words: str, *args: str) -> dict[str, Any]:
    """A set with such a query and these arguments."""
    manifest = put_at(whole(kind), ("spec", "objectives"), [{"name": "a", "query": {"promql": words, "max": "1"}}])
    return put_at(manifest, ("spec", "args"), [{"name": name} for name in args])


def web(field: str, text: str) -> dict[str, Any]:
    """A source that asks so."""
    return put_at(put_at(source_with("web"), ("spec", "web", "url"), "http://x/?$query"), ("spec", "web", field), text)


def said(words: str, *also: str) -> str:
    """What the operator says of a text; empty where there is nothing to say."""
    try:
        variables.check("", words, also=frozenset(also))
    except InvalidSpec as error:
        return str(error).removeprefix(": ")

    return ""


EVERY = " ".join(f"${name}" for name in KNOWN)


@pytest.mark.parametrize("language", ["promql", "text"])
@pytest.mark.parametrize(
    "words", ["up $nope", "$window_second", "$$a$b", "${namespace}", "{{ pod }}", "rate(x[$__rate])", "$Pod"]
)
def test_a_query_is_refused_in_the_operators_words(api: Api, language: str, words: str) -> None:
    assert said(words)
    assert said(words) in refusal(api, asking(language, words))


@pytest.mark.parametrize("language", ["promql", "text"])
@pytest.mark.parametrize(
    "words", [EVERY, f"x{EVERY}0$", "$namespace$release-$window_seconds", 'x{y=~"a$"}', "x" * 4096]
)
def test_a_query_with_known_variables_is_taken(api: Api, language: str, words: str) -> None:
    assert said(words) == ""
    assert refusal(api, asking(language, words)) == ""


@pytest.mark.parametrize("kind", ["ObjectiveSet", "ClusterObjectiveSet"])
def test_a_sets_arguments_are_variables_in_it(api: Api, kind: str) -> None:
    assert refusal(api, shared(kind, f"{EVERY} $job $path", "job", "path")) == ""
    assert "has an unknown variable; there are $candidate_pods" in refusal(
        api, shared(kind, f"{EVERY} $job $path", "job")
    )
    assert said("${job}") in refusal(api, shared(kind, "${job}", "job"))


@pytest.mark.parametrize("field", ["url", "body"])
def test_a_web_source_may_have_the_query_as_well(api: Api, field: str) -> None:
    address = "http://x/?a={}" if field == "url" else "{}"

    assert refusal(api, web(field, address.format(f"$query{EVERY.replace(' ', '')}"))) == ""
    assert said("$nope", "query") in refusal(api, web(field, address.format("$query$nope")))
