"""Turns of a client: as many at once as may be, then steadily, and no client takes another's."""

from hypothesis import given, strategies as st

from cierre.served_invoices.keys import given_key, hash_of, new_key
from cierre.served_invoices.limits import MOST_BUCKETS, Limit


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.floats(0, 3), max_size=40))
def test_nobody_gets_more_turns_than_burst_and_time_allow(pauses):
    clock = Clock()
    limit, taken = Limit(2, 5, clock), 0
    for pause in pauses:
        clock.now += pause
        taken += limit.wait("a") == 0
        assert taken <= 5 + 2 * clock.now + 1e-6


def test_who_waits_as_long_as_was_said_has_a_turn():
    clock = Clock()
    limit = Limit(0.5, 1, clock)
    assert limit.wait("a") == 0
    seconds = limit.wait("a")
    assert (seconds, limit.wait("b")) == (2, 0)
    clock.now += seconds
    assert limit.wait("a") == 0


def test_what_is_kept_of_clients_does_not_grow_without_end():
    limit = Limit(1, 1, Clock())
    for client in range(MOST_BUCKETS + 50):
        limit.wait(client)
    assert len(limit._buckets) == MOST_BUCKETS


def test_a_key_comes_by_its_header_or_as_a_bearer_token_and_has_the_shape_of_one():
    key = new_key()
    assert key != new_key()
    assert hash_of(key) != hash_of(new_key())
    assert given_key({"X-API-Key": f" {key} "}) == given_key({"Authorization": f"bearer {key}"}) == key
    for header in (key[:-1], f"{key}=", "é" * 47, ""):
        assert given_key({"X-API-Key": header}) is None
    for header in (key, f"Basic {key}", "Bearer", ""):
        assert given_key({"Authorization": header}) is None
