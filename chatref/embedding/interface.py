"""What an embedder is, and how it fails."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class EmbedderUnavailable(Exception):
    """No vectors now. Whoever asked goes on without them: words alone still find a good deal."""


class Embedder(ABC):
    """Turns texts into vectors. Texts that mean nearly the same get vectors that point nearly the same way."""

    @property
    @abstractmethod
    def model(self) -> str:
        """Names the model. Vectors of different models are never compared."""

    @abstractmethod
    async def prepare(self) -> None:
        """Return once it can be asked; takes as long as it takes. Raises `EmbedderUnavailable` where it never can."""

    @abstractmethod
    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row of length 1 for each text, in their order. Raises `EmbedderUnavailable`."""
