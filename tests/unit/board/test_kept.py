"""What is kept is what would be made anew."""

from cierre.board.memo import kept


def test_what_was_asked_before_is_not_made_again_and_what_is_new_is():
    made = []

    @kept(2)
    def total(numbers: list[int], names: dict[str, int]) -> int:
        made.append(numbers)
        return sum(numbers) + sum(names.values())

    assert [total([1, 2], {"a": 3}), total([1, 2], {"a": 3}), total([1, 2], {"a": 4})] == [6, 6, 7]
    assert len(made) == 2


def test_no_more_is_kept_than_was_said():
    made = []

    @kept(1)
    def same(numbers: list[int]) -> list[int]:
        made.append(numbers)
        return numbers

    for numbers in ([1], [2], [1]):
        assert same(numbers) == numbers
    assert made == [[1], [2], [1]]
