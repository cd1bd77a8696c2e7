"""Vectors from any server that speaks the OpenAI embeddings protocol."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from openai import AsyncOpenAI, OpenAIError

from chatref.embedding.interface import Embedder, EmbedderUnavailable

BATCH = 16
_TIME_LIMIT = 60.0


class OpenAIEmbedder(Embedder):
    """Lives as long as the process. It does not try again by itself: who asks knows whether that is worth the wait."""

    def __init__(self, api_key: str, base_url: str, model: str) -> None:
        self._client = AsyncOpenAI(api_key=api_key, base_url=base_url, max_retries=0, timeout=_TIME_LIMIT)
        self._model = model

    @property
    def model(self) -> str:
        return self._model

    async def prepare(self) -> None:
        """There is nothing to wait for: whether the server is there shows when it is asked."""

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows: list[list[float]] = []
        for start in range(0, len(texts), BATCH):
            batch = list(texts[start : start + BATCH])
            try:
                # Named, since servers differ in what they send unasked.
                answer = await self._client.embeddings.create(model=self._model, input=batch, encoding_format="float")
                found = [each.embedding for each in sorted(answer.data, key=lambda each: each.index)]
            except (OpenAIError, AttributeError, TypeError, ValueError) as error:
                # The client hands on whatever a server sends as if it were in the protocol's form.
                raise EmbedderUnavailable(f"the embeddings server failed: {type(error).__name__}") from error
            if len(found) != len(batch):
                raise EmbedderUnavailable("the embeddings server left some texts out")
            rows += found
        return unit_rows(rows)


def unit_rows(rows: Sequence[Sequence[float]] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row at length 1. Raises `EmbedderUnavailable` for what is no matrix of numbers, or has an empty row."""
    try:
        matrix = np.asarray(rows, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise EmbedderUnavailable("the embedder gave vectors of different lengths") from error
    if matrix.ndim != 2 or not np.isfinite(matrix).all():
        raise EmbedderUnavailable("the embedder gave something that is no vector")
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    if not lengths.all():
        raise EmbedderUnavailable("the embedder gave a vector without a direction")
    unit: NDArray[np.float32] = matrix / lengths
    return unit
