"""Nobody shares: every lot takes its cheapest option without company, in loads of its own where it needs some."""

from __future__ import annotations

from solvers.problem import Problem

from .book import Book, OpenLoad, own_entries
from .week import Answer, Week


def alone(week: Week, limit_s: float | None = None, seed: int = 1, work: int | None = None) -> Answer:
    """Plan every lot for itself, in the order of the lots; limits and seed do not matter."""
    book = Book(week.problem)
    for lot in range(week.problem.n_lots):
        plan_alone(book, lot)
    return Answer(book.assignment(), "DONE")


def plan_alone(book: Book, lot: int) -> bool:
    """Book the cheapest option of an unplanned lot that the limits allow, in loads of its own, if it beats none."""
    for price, option, loads in own_ways(book, book.problem, lot):
        if price >= book.problem.lot_unplanned_price[lot]:
            return False
        if book.take(lot, option, loads):
            return True
    return False


def own_ways(book: Book, problem: Problem, lot: int) -> list[tuple[int, int, list[OpenLoad]]]:
    """Return price in micro-units, option and new loads of every way for the lot alone, the cheapest first."""
    ways = []
    for option in own_entries(problem, lot):
        pools = problem.pools_of(option)
        types = [book.smallest_types(pool, [lot]) for pool in pools]
        if all(types):
            loads = [OpenLoad(pool, rows[0]) for pool, rows in zip(pools, types, strict=True)]
            shared = sum(book.price(OpenLoad(load.pool, load.type, [lot])) for load in loads)
            ways.append((int(problem.option_cost[option]) + shared, option, loads))
    return sorted(ways, key=lambda way: way[:2])
