"""Learns the weights of `chatref.assistant.reading` anew: `python -m chatref.assistant.training`.

Deterministic: the same sentences give the same weights. Takes about a minute.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from chatref.assistant.guards import sentence_guard
from chatref.assistant.reading import BUCKETS, KINDS, WEIGHTS, bucketed, features
from chatref.knowledge.words import placed_words

ROUTINE = "routine"
_OUTPUTS = (*(kind.value for kind in KINDS), ROUTINE)
_DRAWN = 30
_NOISY_WEIGHT = 0.5
_EPOCHS = 6
_RATE = 0.2
_DECAY = 1e-4
_SEED = 20_261
_SLIPS = ("glue", "lose", "lose", "swap", "swap", "double", "mistake")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_PART = re.compile(r"<(\w+)>")
_SPACES = re.compile(r"\s+")

Example = tuple[str, int, float]


def examples(said: Mapping[str, Any]) -> list[Example]:
    """Sentences drawn from the patterns, each as it is and misspelled, with the number of its kind and its weight.

    A pattern with many sentences outweighs one with few, but not by their number.
    """
    chance = random.Random(_SEED)
    drawn: list[Example] = []
    for number, kind in enumerate(_OUTPUTS):
        for pattern in said[kind]:
            texts = sorted({_drawn(pattern, said["parts"], chance) for _ in range(_DRAWN)} - {""})
            weight = len(texts) ** -0.5
            for text in texts:
                drawn.append((text, number, weight))
                drawn.append((misspelled(text, chance), number, weight * _NOISY_WEIGHT))
    return drawn


def weights(learned_from: Sequence[Example]) -> NDArray[np.float16]:
    """Softmax regression, by stochastic gradients whose steps shrink with use (AdaGrad)."""
    rows = [bucketed(_features(text)) for text, _, _ in learned_from]
    shares = np.array([weight for _, _, weight in learned_from], dtype=np.float32)
    shares /= shares.mean()
    matrix = np.zeros((BUCKETS, len(_OUTPUTS)), dtype=np.float32)
    used = np.full_like(matrix, 1e-3)
    chance = np.random.default_rng(_SEED)
    for _ in range(_EPOCHS):
        for at in chance.permutation(len(rows)):
            buckets, values = rows[at]
            mine = matrix[buckets]
            logits = values @ mine
            error = np.exp(logits - logits.max())
            error /= error.sum()
            error[learned_from[at][1]] -= 1.0
            gradient = np.outer(values, error * shares[at]) + _DECAY * mine
            used[buckets] += gradient**2
            matrix[buckets] = mine - _RATE * gradient / np.sqrt(used[buckets])
    return matrix.astype(np.float16)


def _features(text: str) -> list[str]:
    placed = placed_words(text)
    return features(text, placed, sentence_guard(placed))


def _drawn(pattern: str, parts: Mapping[str, str], chance: random.Random) -> str:
    """One of the sentences that a pattern stands for."""
    text = pattern
    while found := _PART.search(text) or _CHOICE.search(text):
        choices = parts[found[1]] if found.re is _PART else found[1]
        text = text[: found.start()] + chance.choice(choices.split("|")) + text[found.end() :]
    return _SPACES.sub(" ", text).strip()


def misspelled(text: str, chance: random.Random) -> str:
    """A slip of the finger or two, as people make them: a space or letter lost, doubled, swapped or mistaken."""
    every = text.split()
    for _ in range(1 if len(every) < 7 else 2):
        at = chance.randrange(len(every))
        word = every[at]
        slip = chance.choice(_SLIPS)
        if slip == "glue":
            every[at : at + 2] = ["".join(every[at : at + 2])]
        elif len(word) > 3:
            place = chance.randrange(1, len(word) - 1)
            every[at] = "".join(_slipped(word, place, slip, chance))
    return " ".join(every)


def _slipped(word: str, place: int, slip: str, chance: random.Random) -> Iterator[str]:
    yield word[:place]
    match slip:
        case "swap":
            yield word[place + 1] + word[place]
            yield word[place + 2 :]
        case "double":
            yield word[place]
            yield word[place:]
        case "mistake":
            yield chance.choice(ascii_lowercase)
            yield word[place + 1 :]
        case _:
            yield word[place + 1 :]


def main() -> None:
    said = yaml.safe_load(files(__package__).joinpath("said.yaml").read_text("utf-8"))
    np.save(Path(__file__).with_name(WEIGHTS), weights(examples(said)))


if __name__ == "__main__":
    main()
