"""Linear programs in whole numbers, and what HiGHS says of them."""

from dataclasses import dataclass, field
from itertools import chain
from math import inf, isfinite
from time import monotonic

import highspy
import numpy as np
from numpy.typing import NDArray

INFINITE = highspy.kHighsInf  # never a large number in its place: that gave wrong optima
EPSILON = 1e-6
ROUNDING = 1e-9  # of a sum of many products, relative to it
UNKNOWN = -inf

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

    def least(self, cost: Terms, until: float, top: float = 1) -> Answer:
        """Minimise a cost of whole numbers until a moment of ``monotonic``.

        Where the relaxation's solution is not whole, only those columns are looked at first that can be part of a
        solution hardly worse than it, by their reduced costs; then more. ``top`` is what one more of the first of
        several goals costs.
        """
        matrix = _Matrix(self, cost)
        upper = np.array(self.upper, dtype=np.float64)
        lower = np.zeros_like(upper)
        relaxed = matrix.solved(lower, upper, until, whole=False)
        if relaxed.bound == inf:
            return Answer(inf)
        if relaxed.values is None:
            return Answer(UNKNOWN)
        least = _ceil(relaxed.bound)
        if matrix.is_whole(relaxed.values):
            return Answer(least, relaxed.values.tolist())
        for gap in sorted({1, top / 2, 2 * top, inf}):
            limit = least if gap == 1 else relaxed.bound + gap
            spare = limit - relaxed.bound + EPSILON
            out = (relaxed.reduced > spare) & (relaxed.values < EPSILON)
            full = (relaxed.reduced < -spare) & (relaxed.values > upper - EPSILON)
            found = matrix.solved(np.where(full, upper, 0), np.where(out, 0, upper), until, whole=True, limit=limit)
            if found.bound < inf:
                values = None if found.values is None else found.values.tolist()
                return Answer(max(least, min(_ceil(found.bound), limit)), values)
            least = max(least, _ceil(limit + EPSILON))
        return Answer(inf)


@dataclass(slots=True)
class _Solved:
    """What HiGHS found; ``bound`` is infinite where nothing satisfies the rows."""

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

    def solved(self, lower: Numbers, upper: Numbers, until: float, *, whole: bool, limit: float = inf) -> _Solved:
        """Minimise the cost within bounds, and at most a limit; columns that are fixed by them are left out."""
        left = np.flatnonzero(lower < upper)
        place = np.full(len(lower), -1)
        place[left] = np.arange(len(left))
        constant = float(self._cost @ np.where(place < 0, lower, 0))
        cost, size = self._cost[left], len(self._lower)
        stays = place[self._column] >= 0
        fixed = np.bincount(self._row[~stays], self._value[~stays] * lower[self._column[~stays]], size)
        row, column, value = self._row[stays], place[self._column[stays]], self._value[stays]
        most = np.bincount(row, np.where(value > 0, value * upper[left][column], 0), size)
        least = np.bincount(row, np.where(value < 0, value * upper[left][column], 0), size)
        low, high = self._lower - fixed, self._upper - fixed
        if np.any(most < low - EPSILON) or np.any(least > high + EPSILON):
            return _Solved(inf)
        binds = (least < low - EPSILON) | (most > high + EPSILON)
        stays = binds[row]
        number = np.cumsum(binds) - 1
        row, column, value = number[row[stays]], column[stays], value[stays]
        lengths = np.bincount(row, minlength=int(binds.sum()))
        if not len(left):
            return _Solved(constant, lower.copy(), self._cost)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(left), int(binds.sum())
        lp.col_cost_ = cost
        lp.col_lower_, lp.col_upper_ = lower[left], upper[left]
        lp.row_lower_, lp.row_upper_ = low[binds], high[binds]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = np.append(0, lengths.cumsum()), column, value
        if whole:
            kinds = np.array([highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger])
            lp.integrality_ = list(kinds[self._whole[left].astype(int)])
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, setting in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("presolve", "off"),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", 1 - 1e-4),
            ("time_limit", max(until - monotonic(), 0.01)),
        ):
            solver.setOptionValue(option, setting)
        solver.passModel(lp)
        if isfinite(limit):
            some = np.flatnonzero(cost)
            solver.addRow(-INFINITE, limit - constant, len(some), some.astype(np.int32), cost[some])
        solver.run()
        return self._read(solver, constant, lower, left, whole=whole)

    def _read(
        self, solver: highspy.Highs, constant: float, lower: Numbers, left: NDArray[np.int64], *, whole: bool
    ) -> _Solved:
        status, info, solution = solver.getModelStatus(), solver.getInfo(), solver.getSolution()
        if status == highspy.HighsModelStatus.kInfeasible:
            return _Solved(inf)
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        values = None
        if found:
            values = lower.copy()
            values[left] = solution.col_value
        if whole:
            bound = float(info.mip_dual_bound)
            return _Solved(constant + bound if isfinite(bound) else UNKNOWN, values)
        if status != highspy.HighsModelStatus.kOptimal:
            return _Solved(UNKNOWN)
        reduced = self._cost.copy()
        reduced[left] = solution.col_dual
        return _Solved(constant + float(info.objective_function_value), values, reduced)


def _ceil(value: float) -> float:
    if not isfinite(value):
        return value
    return float(-int(-(value - EPSILON - ROUNDING * abs(value)) // 1))
