"""Loads and entries keep their names, and none is given twice."""

from __future__ import annotations

from consolidation.naming import NamedBefore, Names, highest


def _before(name: str, key: str, *members: str, held: bool = False) -> NamedBefore:
    return NamedBefore(name, key, frozenset(members), held)


class TestNames:
    def test_fresh_names_count_in_order(self) -> None:
        assert Names().of("T", [("a", ["S1"]), ("b", ["S2"])]) == ["T0001", "T0002"]

    def test_the_one_with_most_shipments_in_common_keeps_the_name(self) -> None:
        names = Names([_before("L0003", "a", "S1", "S2", "S3")], {"L": 3})
        assert names.of("L", [("a", ["S1"]), ("a", ["S2", "S3"])]) == ["L0004", "L0003"]

    def test_only_with_the_same_key_and_letter(self) -> None:
        names = Names([_before("L0001", "a", "S1"), _before("T0001", "b", "S1")], {"L": 1, "T": 1})
        assert names.of("L", [("b", ["S1"])]) == ["L0002"]

    def test_nothing_in_common_is_another_load(self) -> None:
        assert Names([_before("L0001", "a", "S1")], {"L": 1}).of("L", [("a", ["S2"])]) == ["L0002"]

    def test_a_tie_goes_to_the_lower_name_and_the_first_asked(self) -> None:
        names = Names([_before("L0002", "a", "S2"), _before("L0001", "a", "S1")], {"L": 2})
        assert names.of("L", [("a", ["S1", "S2"]), ("a", ["S3"])]) == ["L0001", "L0003"]

    def test_a_held_load_keeps_its_name_though_more_of_another_joined_it(self) -> None:
        names = Names([_before("L0001", "a", "S1", held=True), _before("L0002", "a", "S2", "S3")], {"L": 2})
        assert names.of("L", [("a", ["S1", "S2", "S3"])]) == ["L0001"]


def test_a_number_is_not_given_again_when_its_load_is_gone() -> None:
    last = highest(["L0001", "L0002", "T0001"], {})
    second = Names([_before("L0001", "a", "S1")], last).of("L", [("a", ["S1"]), ("b", ["S2"])])
    assert second == ["L0001", "L0003"]
    last = highest(second, last)
    assert (last, Names((), last).of("L", [("c", ["S9"])])) == ({"L": 3, "T": 1}, ["L0004"])
