"""Buys vectors from a provider's model, once for each text and model; must never call it inside a transaction."""

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

import numpy as np

from igny8_core.ai import EmbeddingRequest, ModelConfig, embed_texts
from igny8_core.ai.config import embedding_config_default
from igny8_core.ai.errors import ModelAnswerBroken, ModelError
from igny8_core.modules.billing import services as billing
from igny8_core.modules.planner.constants import VECTOR_BATCH, VECTOR_OPERATION
from igny8_core.modules.planner.models import KeywordVector
from igny8_core.modules.planner.types import Progress
from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.semantics.numerics import Matrix, unit_rows
from igny8_core.semantics.vectors import Meaning
from igny8_core.tenancy.context import tenant_transaction

_KEYS_PER_QUERY = 5_000


def meaning_bought(
    texts: Iterable[str], *, site_id: UUID, job_id: UUID | None, progress: Progress
) -> Meaning | None:
    """Give texts their rows in the provider's space, buying those that the account has not; None without a text.

    Call it outside any transaction. Credits are held before a batch is asked for, captured with its rows, and given
    back when it fails; what was bought before stays and is not bought again. Raises ModelNotConfigured, a ModelError,
    and InsufficientCredits.
    """
    config, keys = embedding_config_default(), _keys(texts)
    with tenant_transaction():
        known = _known(keys, model=config.model)
    missing = [key for key in keys if key not in known]
    done = 0
    for batch in _batches(missing):
        progress(done, len(missing), "Asking for vectors")
        known |= _buy(batch, config=config, site_id=site_id, job_id=job_id)
        done += len(batch)
    return _meaning(known) if known else None


def _keys(texts: Iterable[str]) -> list[str]:
    return sorted({key for text in texts if (key := keyword_normalise(text))})


def _batches(keys: Sequence[str]) -> list[Sequence[str]]:
    return [keys[start : start + VECTOR_BATCH] for start in range(0, len(keys), VECTOR_BATCH)]


def _price(batch: Sequence[str]) -> int:
    return billing.operation_price(VECTOR_OPERATION, units=len(batch))


def _known(keys: Sequence[str], *, model: str) -> dict[str, bytes]:
    rows = KeywordVector.objects.filter(model=model)
    found: dict[str, bytes] = {}
    for start in range(0, len(keys), _KEYS_PER_QUERY):
        chunk = rows.filter(normalized__in=keys[start : start + _KEYS_PER_QUERY])
        found.update((key, bytes(vector)) for key, vector in chunk.values_list("normalized", "vector"))
    return found


def _buy(
    batch: Sequence[str], *, config: ModelConfig, site_id: UUID, job_id: UUID | None
) -> dict[str, bytes]:
    """Hold, ask, store and capture; the batch's texts are the key, so that a job that died pays once."""
    price, name = _price(batch), hashlib.sha256("\n".join((config.model, *batch)).encode()).hexdigest()
    with tenant_transaction():
        hold = billing.credits_hold(
            price,
            operation=VECTOR_OPERATION,
            idempotency_key=f"vectors:{name}",
            job_id=job_id,
            site_id=site_id,
        )
    try:
        answer = embed_texts(EmbeddingRequest(texts=tuple(batch)), model_config=config)
    except ModelError as error:
        with tenant_transaction():
            billing.credits_release(hold.pk, reason=error.code)
        raise
    rows = unit_rows(np.array(answer.vectors, np.float32)).astype(np.float16)
    found = {key: row.tobytes() for key, row in zip(batch, rows, strict=True)}
    with tenant_transaction():
        KeywordVector.objects.bulk_create(
            [KeywordVector(model=config.model, normalized=key, vector=row) for key, row in found.items()],
            ignore_conflicts=True,
        )
        billing.credits_capture(hold.pk, amount=price)
    return found


def _meaning(known: dict[str, bytes]) -> Meaning:
    lengths = {len(vector) for vector in known.values()}
    if len(lengths) != 1:  # somebody put another model under the same name
        raise ModelAnswerBroken
    table = np.frombuffer(b"".join([bytes(lengths.pop()), *known.values()]), np.float16)
    table = table.reshape(len(known) + 1, -1).astype(
        np.float32
    )  # the first row is that of a text without one
    at = {key: number for number, key in enumerate(known, start=1)}

    def rows(keys: list[str]) -> Matrix:
        return np.asarray(table[[at.get(key, 0) for key in keys]], np.float32)

    return rows
