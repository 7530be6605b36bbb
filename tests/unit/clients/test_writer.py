import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tidegate.clients.writer import difference

# Null has no place in a status: in a merge patch it means «gone».
LEAVES = st.sampled_from([0, 1, "x", [], [1]])
OBJECTS = st.recursive(
    st.dictionaries(st.sampled_from("abc"), LEAVES, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), LEAVES | inner, max_size=3),
    max_leaves=8,
)


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2, word for word."""
    if not isinstance(patch, dict):
        return patch

    target = copy.deepcopy(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = merged(target.get(name), value)

    return target


@given(before=OBJECTS, after=OBJECTS)
def test_a_difference_leads_from_one_object_to_the_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert merged(before, difference(before, after)) == after


@given(same=OBJECTS)
def test_equal_objects_have_no_difference(same: dict[str, Any]) -> None:
    assert difference(same, same) == {}


def test_a_nested_field_that_is_gone_is_null() -> None:
    assert difference({"rollout": {"noDataSince": "x", "kept": 1}}, {"rollout": {"kept": 1}}) == {
        "rollout": {"noDataSince": None}
    }
