"""The store never goes back in time and never misses a delete."""

from collections.abc import Iterator
from typing import Any

from tidegate.watch import Bucket, Key, Store


def thing(name: str, version: int, uid: str = "u") -> dict[str, Any]:
    return {"metadata": {"namespace": "shop", "name": name, "resourceVersion": str(version), "uid": uid}}


def test_an_older_event_does_not_undo_a_newer_answer() -> None:
    store = Store()
    store.put(thing("a", 5))

    store.put(thing("a", 4))

    assert store.get(Key("shop", "a")) == thing("a", 5)


def test_an_answer_that_comes_after_its_objects_end_brings_nothing_back() -> None:
    store = Store()
    store.put(thing("a", 5))
    store.drop(thing("a", 7))

    store.put(thing("a", 6))
    assert store.get(Key("shop", "a")) is None

    store.put(thing("a", 8, uid="new"))
    assert store.get(Key("shop", "a")) == thing("a", 8, uid="new")


def test_an_answer_that_is_older_than_a_list_without_its_object_brings_nothing_back() -> None:
    store = Store()
    store.put(thing("a", 5))
    store.swap([], version=10)

    store.put(thing("a", 9))

    assert len(store) == 0


def test_a_new_list_drops_what_was_deleted_and_keeps_what_is_newer_than_itself() -> None:
    store = Store()
    for found in (thing("gone", 3), thing("kept", 4), thing("young", 12)):
        store.put(found)
    deleted: list[str] = []
    store.on_change(lambda old, new: deleted.append(old["metadata"]["name"]) if old and new is None else None)

    store.swap([thing("kept", 4)], version=10)

    assert deleted == ["gone"]
    assert sorted(found["metadata"]["name"] for found in store) == ["kept", "young"]


def test_a_delete_of_an_earlier_object_of_the_same_name_drops_nothing() -> None:
    store = Store()
    store.put(thing("a", 5, uid="new"))

    store.drop(thing("a", 4, uid="old"))

    assert len(store) == 1


def test_an_index_follows_every_change() -> None:
    store = Store(index=lambda found: [("shop", found["metadata"]["uid"])])
    store.put(thing("a", 1, uid="x"))
    store.put(thing("a", 2, uid="y"))

    assert store.of(("shop", "x")) == ()
    assert store.of(("shop", "y")) == (thing("a", 2, uid="y"),)


def test_a_list_of_one_namespace_drops_nothing_of_another() -> None:
    store = Store()
    elsewhere = {"metadata": {"namespace": "bank", "name": "b", "resourceVersion": "3", "uid": "u"}}
    store.put(elsewhere)
    store.put(thing("a", 4))

    store.swap([], version=10, namespace="shop")

    assert list(store) == [elsewhere]


def test_a_kind_that_is_served_again_brings_its_objects_back_at_any_version() -> None:
    store = Store()
    store.put(thing("a", 5, uid="old"))
    store.empty()
    assert len(store) == 0

    store.swap([], 100)
    store.put(thing("a", 101, uid="new"))

    assert len(store) == 1


def test_an_answer_from_before_a_kind_was_gone_brings_nothing_back() -> None:
    store = Store()
    store.put(thing("a", 5, uid="old"))
    store.empty()
    store.put(thing("a", 5, uid="old"))

    assert len(store) == 0


def test_a_kind_that_is_gone_in_one_namespace_stays_in_another() -> None:
    store = Store()
    store.put(thing("a", 5, uid="x"))
    store.empty("elsewhere")

    assert len(store) == 1


def test_an_object_that_the_index_cannot_read_is_kept_and_found_where_it_could() -> None:
    troubled: list[Key] = []
    store = Store(by_uid_then_kind, accident=lambda key, error: troubled.append(key))

    store.put(thing("bad", 1, uid="x"))
    store.put({**thing("good", 2, uid="x"), "kind": "k"})

    assert [found["metadata"]["name"] for found in store.of(("uid", "x"))] == ["bad", "good"]
    assert [found["metadata"]["name"] for found in store.of(("kind", "k"))] == ["good"]
    assert troubled == [("shop", "bad")]


def test_of_an_object_that_became_unreadable_or_readable_no_old_place_stays() -> None:
    store = Store(by_uid_then_kind, accident=lambda key, error: None)
    store.put({**thing("a", 1, uid="x"), "kind": "k"})

    store.put(thing("a", 2, uid="y"))
    assert not store.holds(("uid", "x")) | store.holds(("kind", "k"))

    store.put({**thing("a", 3, uid="z"), "kind": "k"})
    store.drop(thing("a", 4, uid="z"))
    assert not any(map(store.holds, [("uid", "y"), ("uid", "z"), ("kind", "k")]))


def test_a_listener_that_fails_keeps_nobody_else_from_hearing() -> None:
    heard: list[str] = []
    troubled: list[Key] = []
    store = Store(accident=lambda key, error: troubled.append(key))
    store.on_change(fails)
    store.on_change(lambda old, new: heard.append(new["metadata"]["name"] if new else ""))

    store.swap([thing("a", 1), thing("b", 2)], version=5)

    assert (heard, troubled) == (["a", "b"], [("shop", "a"), ("shop", "b")])


def fails(old: object, new: object) -> None:
    raise TypeError


def by_uid_then_kind(found: dict[str, Any]) -> Iterator[Bucket]:
    """An index that yields one bucket before it meets what it cannot read."""
    yield "uid", found["metadata"]["uid"]
    yield "kind", found["kind"]
