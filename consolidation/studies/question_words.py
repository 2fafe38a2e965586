"""Answers of a study in plain sentences: text, not HTML."""

from __future__ import annotations

from decimal import Decimal

from consolidation.studies.answers import BreakEven, MarginalValue


def break_even_in_words(row: BreakEven, currency: str) -> list[str]:
    """Return at which rate a candidate stops paying, how sure that is, and what there is to know of it."""
    return [_stops(row, currency), *_proven(row), *row.notes]


def _stops(row: BreakEven, currency: str) -> str:
    earns = f"more than its fixed cost of {row.fixed_cost:,.2f} {currency}" if row.fixed_cost else "something"
    if row.verdict == "found":
        assert row.percent is not None
        return (
            f"{row.name} stops paying at {percent(row.percent)}{_rates(row)}: at {_of(row.below_percent)} the plan uses it and saves "
            f"{earns}, at {_of(row.above_percent)} it does not"
        )
    return {
        "every_rate": f"{row.name} pays at every rate up to {percent(row.highest)}",
        "no_rate": f"{row.name} does not pay even at {percent(row.lowest)}: it is used, but does not save {earns}",
        "never_used": f"{row.name} is not used even at {percent(row.lowest)}",
        "failed": f"{row.name} has no answer: a run has no plan",
    }.get(row.verdict, f"{row.name} is not finished")


def percent(change: Decimal) -> str:
    """Return a change of rates in words.

    >>> percent(Decimal("12.50")), percent(Decimal(-90)), percent(Decimal(0))
    ('+12.5 %', '-90 %', '+0 %')
    """
    return f"{change.normalize():+,f} %"


def _of(change: Decimal | None) -> str:
    return "" if change is None else percent(change)


def _rates(row: BreakEven) -> str:
    """Return the rates at which it stops, where they are few."""
    if len({(each.basis, each.currency) for each in row.charges}) != 1 or len(row.charges) > 3:
        return ""
    told = [f"{each.equipment or each.code} {each.break_even:,.2f} {each.currency}" for each in row.charges]
    return f" ({', '.join(told)}, {row.charges[0].basis})"


def _proven(row: BreakEven) -> list[str]:
    if row.verdict in ("failed", "unfinished"):
        return []
    surely = [] if row.proven_up_to is None else [f"surely pays up to {percent(row.proven_up_to)}"]
    surely += [] if row.proven_from is None else [f"surely does not from {percent(row.proven_from)} on"]
    if not surely:
        return ["the bounds prove nothing at the rates asked: what is said is of the plans found"]
    told = f"it {' and '.join(surely)}"
    if not _is_all_proven(row):
        told += "; between what is proven, the plans found decide and not the bounds"
    return [told]


def _is_all_proven(row: BreakEven) -> bool:
    """Return whether the bounds alone prove the verdict, at every rate but those between the two of a rate that was found."""
    if row.verdict == "found":
        return (row.proven_up_to, row.proven_from) == (row.below_percent, row.above_percent)
    return row.proven_up_to == row.highest if row.verdict == "every_rate" else row.proven_from == row.lowest


def value_in_words(row: MarginalValue, currency: str) -> list[str]:
    """Return what a little more of a limit is worth, and what there is to know of it."""
    if not row.what:
        return [f"{row.name}: {'; '.join(row.notes)}"]
    guide = f"; by the guide price {row.guide:,.2f}" if row.guide is not None else "; it has no guide price"
    if row.value is None or row.at_least is None or row.at_most is None:
        return [f"{row.what}: not known{guide}", *row.notes]
    sure = "proven" if row.at_least == row.at_most else f"surely between {row.at_least:,.2f} and {row.at_most:,.2f}"
    return [f"{row.what}: worth {row.value:,.2f} {currency} ({sure}){guide}", *row.notes]
