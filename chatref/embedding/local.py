"""Vectors from a small model on this machine's processor. It is fetched once, and never waited for."""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import platformdirs
from loguru import logger as loguru_logger
from numpy.typing import NDArray

from chatref.embedding.interface import Embedder, EmbedderUnavailable
from chatref.embedding.openai import unit_rows

_AT_ONCE = 4
logger = logging.getLogger(__name__)


class Model(Protocol):
    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row for each text, of any length above 0."""


Load = Callable[[str], Model]


def load(name: str) -> Model:
    """The model of that name, from the user's cache or fetched into it. Takes seconds, or minutes the first time."""
    # Half a second and some 60 MB that only who has a local model should pay.
    from fastembed import TextEmbedding  # noqa: PLC0415

    # It tells of each of its attempts by itself; what matters is said once, below.
    loguru_logger.disable("fastembed")
    model = TextEmbedding(name, cache_dir=str(platformdirs.user_cache_path("chatref") / "models"), threads=1)
    return lambda texts: np.stack(list(model.embed(list(texts)))).astype(np.float32)


class LocalEmbedder(Embedder):
    """Unavailable until `prepare` has its model in memory. Lives as long as the process."""

    def __init__(self, name: str, load: Load = load) -> None:
        self._name = name
        self._load = load
        self._model: Model | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def model(self) -> str:
        return self._name

    async def prepare(self) -> None:
        loop = asyncio.get_running_loop()
        loaded: asyncio.Future[Model] = loop.create_future()

        def settle(model: Model | None, error: Exception | None) -> None:
            if loaded.cancelled():
                return
            if model is not None:
                loaded.set_result(model)
            else:
                loaded.set_exception(EmbedderUnavailable(f"it could not be loaded: {type(error).__name__}"))

        def run() -> None:
            model, failed = None, None
            try:
                model = self._load(self._name)
            except Exception as error:
                failed = error
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, model, failed)

        logger.info("loading the local embedding model %s (fetched once, some 90 MB)", self._name)
        # A daemon: a process that is asked to stop must not wait for a download.
        threading.Thread(target=run, name="embedding model", daemon=True).start()
        self._model = await loaded
        logger.info("the local embedding model is ready")

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        model = self._model
        if model is None:
            raise EmbedderUnavailable("the local model is not loaded")
        rows = [await self._embed(model, texts[start : start + _AT_ONCE]) for start in range(0, len(texts), _AT_ONCE)]
        return unit_rows(np.concatenate(rows))

    async def _embed(self, model: Model, texts: Sequence[str]) -> NDArray[np.float32]:
        # Few at once: a visitor's question gets its turn between two lots of the owner's passages.
        async with self._one_at_a_time:
            try:
                return await asyncio.to_thread(model, texts)
            except Exception as error:
                raise EmbedderUnavailable(f"the local model failed: {type(error).__name__}") from error
