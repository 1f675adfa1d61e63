"""What work costs: the one place that real holds and estimates take their prices from."""

import math
from collections.abc import Iterable

from igny8_core.modules.billing.constants import PRICES
from igny8_core.modules.billing.errors import OperationUnknown
from igny8_core.modules.billing.selectors.credits import balance_get
from igny8_core.modules.billing.types import Estimate, EstimateLine, OperationPrice


def price_list() -> tuple[OperationPrice, ...]:
    """Every operation that costs credits."""
    return tuple(
        OperationPrice(operation=operation, credits=price.credits, per=price.per, unit=price.unit)
        for operation, price in sorted(PRICES.items())
    )


def operation_price(operation: str, *, units: int = 1) -> int:
    """The credits that an operation costs: its price for every started measure of units, at least one.

    `writer.section` and `writer.article` count words of the target length. Raises OperationUnknown.
    """
    price = PRICES.get(operation)
    if price is None:
        raise OperationUnknown(f"There is no price for {operation}.")
    return price.credits * max(1, math.ceil(units / price.per))


def article_price(section_words: Iterable[int]) -> int:
    """The estimate for an article: what its sections, given by their target words, cost together."""
    return sum(operation_price("writer.section", units=words) for words in section_words)


def estimate_get(work: Iterable[tuple[str, int]]) -> Estimate:
    """What operations, each with its units, would cost together. Raises OperationUnknown."""
    lines = tuple(
        EstimateLine(operation=operation, units=units, credits=operation_price(operation, units=units))
        for operation, units in work
    )
    return Estimate(
        lines=lines, credits=sum(line.credits for line in lines), available=balance_get().available
    )
