"""`make quality`: prints the figures and what is missed. By meaning too with `CHATREF_EMBEDDING_BASE_URL`."""

import asyncio
import os

from chatref.composition import SERVED_EMBEDDING_MODEL
from chatref.embedding.openai import OpenAIEmbedder
from tests.quality.report import index_report, misses, table, trigger_report


def main() -> None:
    base_url = os.environ.get("CHATREF_EMBEDDING_BASE_URL")
    model = os.environ.get("CHATREF_EMBEDDING_MODEL", SERVED_EMBEDDING_MODEL)
    key = os.environ.get("CHATREF_EMBEDDING_API_KEY", "none")
    embedder = OpenAIEmbedder(key, base_url, model) if base_url else None
    triggers, index = trigger_report(), asyncio.run(index_report(embedder))
    print(misses(triggers, index), table(triggers, index), sep="\n\n")


if __name__ == "__main__":
    main()
