"""Linear programs in whole numbers, and what HiGHS says of them."""

from dataclasses import dataclass, field
from itertools import chain
from math import ceil, floor, inf, isfinite
from time import monotonic

import highspy
import numpy as np
from numpy.typing import NDArray

INFINITE = highspy.kHighsInf  # never a large number in its place: that gave wrong optima
EPSILON = 1e-6
ROUNDING = 1e-9  # of a sum of many products, relative to it
OPTIONS: dict[str, bool | float | str] = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "presolve": "off",  # what can be left out is left out before
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 1 - 1e-4,
}

Terms = dict[int, float]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a cost cannot go below, infinite where nothing satisfies the rows; and a solution, if one was found."""

    least: float
    values: list[float] | None = None


@dataclass(slots=True)
class Program:
    """Columns, none of which is below 0, and rows, as they are added."""

    upper: list[float] = field(default_factory=list)
    integral: list[bool] = field(default_factory=list)
    rows: list[tuple[float, float, Terms]] = field(default_factory=list)

    def column(self, upper: float = 1, *, integral: bool = True) -> int:
        """Add a column and return its number."""
        self.upper.append(upper)
        self.integral.append(integral)
        return len(self.upper) - 1

    def row(self, terms: Terms, lower: float = -INFINITE, upper: float = INFINITE) -> None:
        """Add a row; where it leaves its columns nothing but 0, that is said of them instead."""
        if not upper and lower == -INFINITE and all(value > 0 for value in terms.values()):
            for column in terms:
                self.upper[column] = 0
        else:
            self.rows.append((lower, upper, terms))

    def least(self, cost: Terms, until: float, top: float = 1, most: float = inf) -> Answer:
        """Minimise a cost of whole numbers until a moment of ``monotonic``.

        Where the relaxation's solution is not whole, only those columns are looked at first that can be part of a
        solution hardly worse than it, by their reduced costs; then more. ``top`` is what one more of the first of
        several goals costs; those that cost more than ``most`` are of no use.
        """
        matrix, upper = _Matrix(self, cost), np.array(self.upper, dtype=np.float64)
        relaxed = matrix.solved(np.zeros_like(upper), upper, until)
        if relaxed.values is None:
            return Answer(relaxed.bound)
        least = _ceil(relaxed.bound)
        if matrix.is_whole(relaxed.values):
            return Answer(least, relaxed.values.tolist())
        for gap in (1, max(top / 2, 1), 2 * top, inf):
            limit = min(least if gap == 1 else relaxed.bound + gap, most)
            spare = limit - relaxed.bound + EPSILON
            out = (relaxed.reduced > spare) & (relaxed.values < EPSILON)
            full = (relaxed.reduced < -spare) & (relaxed.values > upper - EPSILON)
            bounds = np.where(full, upper, 0), np.where(out, 0, upper)
            found = matrix.solved(*bounds, until, whole=Whole(limit, target=least))
            if found.bound < inf:
                values = None if found.values is None else found.values.tolist()
                return Answer(max(least, min(_ceil(found.bound), limit)), values)
            if limit == most:
                break
            least = floor(limit) + 1
        return Answer(inf)


@dataclass(frozen=True, slots=True)
class Whole:
    """That a solution has to be whole, cost no more than a limit, and no less than a target will do."""

    limit: float
    target: float


@dataclass(slots=True)
class _Solved:
    """What HiGHS found: what the cost cannot go below, infinite where nothing satisfies the rows, and a solution.

    ``reduced`` are the reduced costs of a relaxation: how much worse one more of a column makes it at least.
    """

    bound: float
    values: Numbers | None = None
    reduced: Numbers = field(default_factory=lambda: np.zeros(0))


class _Matrix:
    """A program as arrays."""

    def __init__(self, program: Program, cost: Terms) -> None:
        rows = program.rows
        self._cost = np.zeros(len(program.upper))
        self._cost[list(cost)] = list(cost.values())
        self._whole = np.array(program.integral, dtype=bool)
        self._lower = np.array([lower for lower, _, _ in rows])
        self._upper = np.array([upper for _, upper, _ in rows])
        lengths = np.array([len(terms) for _, _, terms in rows], dtype=np.int64)
        total = int(lengths.sum())
        self._row = np.repeat(np.arange(len(rows)), lengths)
        self._column = np.fromiter(chain.from_iterable([terms for _, _, terms in rows]), np.int64, total)
        self._value = np.fromiter(chain.from_iterable([terms.values() for _, _, terms in rows]), np.float64, total)

    def is_whole(self, values: Numbers) -> bool:
        """Say whether all columns that must be are whole."""
        return bool(np.all(np.abs(values - np.round(values))[self._whole] < EPSILON))

    def solved(self, lower: Numbers, upper: Numbers, until: float, whole: Whole | None = None) -> _Solved:
        """Minimise the cost within bounds; columns that are fixed by them and rows that say nothing are left out."""
        left = np.flatnonzero(lower < upper)
        place = np.full(len(lower), -1)
        place[left] = np.arange(len(left))
        cost, constant = self._cost[left], float(self._cost @ np.where(place < 0, lower, 0))
        lp = self._reduced(lower, upper, left, place)
        if lp is None:
            return _Solved(inf)
        if not len(left):
            return _Solved(constant, lower.copy(), self._cost)
        lp.col_cost_ = cost
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, setting in OPTIONS.items():
            solver.setOptionValue(option, setting)
        solver.setOptionValue("time_limit", max(until - monotonic(), 0.01))
        if whole is not None:
            kinds = np.array([highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger])
            lp.integrality_ = list(kinds[self._whole[left].astype(int)])
            solver.setOptionValue("objective_target", whole.target - constant + EPSILON)
        solver.passModel(lp)
        if whole is not None and isfinite(whole.limit):
            some = np.flatnonzero(cost).astype(np.int32)
            solver.addRow(-INFINITE, whole.limit - constant, len(some), some, cost[some])
        solver.run()
        return self._read(solver, constant, lower, left, whole=whole is not None)

    def _reduced(
        self, lower: Numbers, upper: Numbers, left: NDArray[np.int64], place: NDArray[np.int64]
    ) -> highspy.HighsLp | None:
        """Return the rows over the columns that are left, None where one of them cannot be kept."""
        stays = place[self._column] >= 0
        fixed = self._summed(self._row[~stays], self._value[~stays] * lower[self._column[~stays]])
        row, column, value = self._row[stays], place[self._column[stays]], self._value[stays]
        full = value * upper[left][column]
        most, least = self._summed(row, np.maximum(full, 0)), self._summed(row, np.minimum(full, 0))
        low, high = self._lower - fixed, self._upper - fixed
        if np.any(most < low - EPSILON) or np.any(least > high + EPSILON):
            return None
        binds = (least < low - EPSILON) | (most > high + EPSILON)
        stays = binds[row]
        row = (binds.cumsum() - 1)[row[stays]]
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(left), int(binds.sum())
        lp.col_lower_, lp.col_upper_ = lower[left], upper[left]
        lp.row_lower_, lp.row_upper_ = low[binds], high[binds]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.append(0, np.bincount(row, minlength=lp.num_row_).cumsum())
        lp.a_matrix_.index_, lp.a_matrix_.value_ = column[stays], value[stays]
        return lp

    def _summed(self, row: NDArray[np.int64], values: Numbers) -> Numbers:
        return np.bincount(row, values, len(self._lower)).astype(np.float64)

    def _read(
        self, solver: highspy.Highs, constant: float, lower: Numbers, left: NDArray[np.int64], *, whole: bool
    ) -> _Solved:
        status, info, solution = solver.getModelStatus(), solver.getInfo(), solver.getSolution()
        if status == highspy.HighsModelStatus.kInfeasible:
            return _Solved(inf)
        values = lower.copy()
        values[left] = solution.col_value or 0
        if not whole:
            if status != highspy.HighsModelStatus.kOptimal:
                return _Solved(-inf)
            reduced = self._cost.copy()
            reduced[left] = solution.col_dual
            return _Solved(constant + float(info.objective_function_value), values, reduced)
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        return _Solved(constant + float(info.mip_dual_bound), values if found else None)


def _ceil(value: float) -> float:
    return ceil(value - EPSILON - ROUNDING * abs(value)) if isfinite(value) else value
