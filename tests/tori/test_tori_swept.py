import pytest

from threefold.record.errors import InputError
from threefold.record.tables import table_schema
from threefold.tori.swept import classes


def test_the_classes_of_short_words_are_counted():
    found = classes({"surface": "S_1_1", "max_length": 2, "generators": "ab"}, [], 0)
    assert list(found) == table_schema("sweeps/tori_classes").names
    assert found["words"] == 6  # a b aa bb ab aB
    assert (found["periodic"], found["exponential"], found["undecided"]) == (1, 1, 0)
    assert (
        found["least_entropy"] == found["most_entropy"] == pytest.approx(0.962423650)
    )  # ln of the golden ratio squared


def test_fewer_generators_give_fewer_words():
    one, two = (classes({"surface": "S_1_1", "max_length": 3, "generators": letters}, [], 0) for letters in ("a", "ab"))
    assert one["words"] == 3 and one["exponential"] == 0
    assert two["words"] > 3


def test_a_letter_that_the_surface_has_not_is_refused():
    with pytest.raises(InputError, match="S_1_1 has no generator x; it has ab"):
        classes({"surface": "S_1_1", "max_length": 3, "generators": "abx"}, [], 0)
