"""Owns the few numeric habits the floor shares; must never hold a formula of its own."""

from contextlib import AbstractContextManager
from typing import cast

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

Matrix = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

_NOISE = 1e-6  # a shorter row is rounding left over from a subtraction, and has no direction


def unit_rows(rows: Matrix) -> Matrix:
    """Return the rows at length one; a row shorter than float noise becomes zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Matrix = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > _NOISE)
    return unit


def sums_by_label(rows: Matrix, labels: Indices, *, count: int) -> Matrix:
    """The sum of the rows of each label, shape (count, dimensions); zeros for a label without rows."""
    ones = np.ones(len(rows), np.float32)
    members = csr_matrix((ones, (labels, np.arange(len(rows)))), (count, len(rows)))
    sums: Matrix = members @ rows  # a product: adding row by row costs ten times as much
    return sums


def one_thread() -> AbstractContextManager[object]:
    """Keep BLAS to one thread within a block: another number of threads adds up to other last bits."""
    return cast(AbstractContextManager[object], threadpool_limits(limits=1))
