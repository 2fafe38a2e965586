"""Limits that loads and options share: how much is used, and which limits are so nearly reached that they matter."""

from __future__ import annotations

import numpy as np

from .problem import Problem


class Limits:
    """Loads opened of every type and units used of every resource.

    A limit has a number: resources come first, then the rows of the ``type_*`` arrays.

    Parameters
    ----------
    problem : Problem

    Attributes
    ----------
    tight : set of int
        Numbers of the limits that keep some type from being opened once more.
    scarce : (R,) list of bool, resources that could run out
    """

    def __init__(self, problem: Problem) -> None:
        self._n_resources = problem.n_resources
        self._limit = problem.type_limit.tolist()
        self._type_resource, self._type_amount = problem.type_resource.tolist(), problem.type_resource_amount.tolist()
        self._resource_limit = problem.resource_limit.tolist()
        self._needs_start: list[int] = problem.option_resource_start.tolist()
        self._all_needs: list[tuple[int, int]] = list(
            zip(problem.option_resource.tolist(), problem.option_resource_amount.tolist(), strict=True)
        )
        self._type_used = [0] * problem.n_types
        self._resource_used = [0] * problem.n_resources
        self._largest = _largest_load(problem)
        self.scarce = _scarce_resources(problem)
        self.tight: set[int] = set()
        for resource in range(problem.n_resources):
            self._use(resource, 0)
        self.tight.update(problem.n_resources + row for row, limit in enumerate(self._limit) if limit == 0)

    def of_type(self, row: int) -> list[int]:
        """Return the numbers of the limits on opening a load of a type."""
        numbers = [self._n_resources + row] if self._limit[row] >= 0 else []
        return [*numbers, self._type_resource[row]] if self._type_resource[row] >= 0 else numbers

    def allow_type(self, row: int, current: int) -> bool:
        """Return whether one more load may have the type, when it gives up the type `current` (-1: none)."""
        if 0 <= self._limit[row] <= self._type_used[row]:
            return False
        resource = self._type_resource[row]
        if resource < 0:
            return True
        used: int = self._resource_used[resource] + self._type_amount[row]
        if current >= 0 and self._type_resource[current] == resource:
            used -= self._type_amount[current]
        limit: int = self._resource_limit[resource]
        return used <= limit

    def count_type(self, row: int, step: int) -> None:
        """Count one load of a type more or less; -1 is no type."""
        if row >= 0:
            used = self._type_used[row] = self._type_used[row] + step
            if self._limit[row] >= 0:
                self._mark(self._n_resources + row, used >= self._limit[row])
            if self._type_resource[row] >= 0:
                self._use(self._type_resource[row], step * self._type_amount[row])

    def allow_option(self, option: int) -> bool:
        """Return whether one more lot may take the option, as far as its own needs go."""
        total: dict[int, int] = {}
        for resource, amount in self.needs(option):
            total[resource] = total.get(resource, 0) + amount
        return all(amount <= self.slack(resource) for resource, amount in total.items())

    def use_option(self, option: int, sign: int) -> None:
        """Book the needs of an option, or give them back; -1 is no option."""
        if option >= 0:
            for resource, amount in self.needs(option):
                self._use(resource, sign * amount)

    def needs(self, option: int) -> list[tuple[int, int]]:
        """Return resources and amounts that an option uses."""
        return self._all_needs[self._needs_start[option] : self._needs_start[option + 1]]

    def slack(self, resource: int) -> int:
        """Return the units of a resource that are left."""
        left: int = self._resource_limit[resource] - self._resource_used[resource]
        return left

    def _use(self, resource: int, amount: int) -> None:
        used = self._resource_used[resource] = self._resource_used[resource] + amount
        self._mark(resource, used + self._largest[resource] > self._resource_limit[resource])

    def _mark(self, number: int, is_tight: bool) -> None:
        if is_tight:
            self.tight.add(number)
        else:
            self.tight.discard(number)


def _largest_load(problem: Problem) -> list[int]:
    """Return the most that one load uses of every resource."""
    largest = np.zeros(problem.n_resources, dtype=np.int64)
    rows = np.flatnonzero(problem.type_resource >= 0)
    np.maximum.at(largest, problem.type_resource[rows], problem.type_resource_amount[rows])
    result: list[int] = largest.tolist()
    return result


def _scarce_resources(problem: Problem) -> list[bool]:
    """Return which resources could run out if every lot and many loads used them."""
    scarce = np.zeros(problem.n_resources, dtype=np.bool_)
    scarce[problem.type_resource[problem.type_resource >= 0]] = True
    key = problem.option_resource * max(1, problem.n_lots) + problem.lot_of_option[problem.option_of_need]
    pairs, place = np.unique(key, return_inverse=True)
    summed = np.zeros(len(pairs), dtype=np.int64)
    np.maximum.at(summed, place, problem.option_resource_amount)
    most = np.bincount(pairs // max(1, problem.n_lots), summed, problem.n_resources)
    result: list[bool] = (scarce | (2 * most > problem.resource_limit)).tolist()
    return result
