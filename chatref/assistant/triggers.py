"""Which custom action a visitor's words ask for: phrases, examples and the learned reading, as one score, explained."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import exp, log

from chatref.assistant.examples import Examples, Likeness, Vector
from chatref.assistant.guards import FACTORS, Guard, guard_of, sentence_guard
from chatref.assistant.phrases import Found, Phrases
from chatref.assistant.reading import shipped
from chatref.assistant.smalltalk import opens_only
from chatref.conversation.actions import DEFAULT_THRESHOLD, ActionKind, CustomAction
from chatref.demo import default_actions
from chatref.knowledge.words import PlacedWord, placed_words, sentences

_COUNTER_AT = 0.80
_COUNTER_FACTOR = 0.3
_LESSON_WEIGHT = 1.1
_SAME_AT = 0.75
_PHRASE_SHARE = 0.4
_PHRASE_NEUTRAL = 0.35
_PHRASE_LEAST = 0.15
_DOUBT = 0.75
_LEAST, _MOST = 0.02, 0.997
_LONGEST_TEXT = 8_000
_LONGEST_LESSON = 500
_SENTENCES_AT_MOST = 40
_VECTORS_AT_MOST = 8
_NO_MEANINGS: Mapping[str, Vector] = {}


Weighed = tuple[float, str, Guard | None]
"""A score, what speaks for it, and the guard that lowered it."""


@dataclass(frozen=True)
class Candidate:
    """An action and how much a sentence (`evidence`) asks for it, 0 to 1. `why` says what spoke for and against.

    `taught`: the sentence is as good as one that the owner gave as an example of this very action.
    """

    action: CustomAction
    score: float
    evidence: str
    why: str
    taught: bool = False

    @property
    def threshold(self) -> float:
        return self.action.triggers.threshold

    @property
    def fires(self) -> bool:
        return self.score >= self.threshold


@dataclass(frozen=True)
class Match:
    """What would fire: `action`, None where none reaches its own threshold. `alternatives` are the others, best first.

    `score` and `threshold` are those of what would fire, or else of what came closest to it.
    """

    action: CustomAction | None
    score: float
    threshold: float
    evidence: str
    why: str
    alternatives: tuple[Candidate, ...]

    @property
    def kind(self) -> ActionKind | None:
        return self.action.kind if self.action else None


class Triggers:
    """The matcher of a set of actions. Immutable; built anew when the actions change.

    `vectors` are those of every example, or None: then examples match by their words alone.
    """

    def __init__(self, actions: Iterable[CustomAction], vectors: Mapping[str, Vector] | None = None) -> None:
        self.actions = tuple(action for action in actions if action.enabled)
        self._has_kinds = any(action.kind is not None for action in self.actions)
        self._by_id = {action.id: action for action in self.actions}
        phrases = [(number, phrase) for number, action in enumerate(self.actions) for phrase in action.triggers.phrases]
        self._phrase_action = [number for number, _ in phrases]
        self._phrase_texts = [phrase for _, phrase in phrases]
        self._phrases = Phrases(self._phrase_texts)
        self._examples = Examples(self.actions, vectors)

    @property
    def for_model(self) -> tuple[CustomAction, ...]:
        """The actions that a model may choose."""
        return tuple(action for action in self.actions if action.triggers.model)

    def action(self, action_id: str) -> CustomAction | None:
        return self._by_id.get(action_id)

    def of_kind(self, kind: ActionKind) -> CustomAction | None:
        """The first enabled action of a kind."""
        return next((action for action in self.actions if action.kind is kind), None)

    def telling(self, text: str) -> list[str]:
        """What of a text `match` can use vectors of; nothing where the examples have none."""
        if not self._examples.know_meaning:
            return []
        parts = _parts(text)
        whole = [text] if len(parts) > 1 and len(text) <= _LONGEST_LESSON else []
        return parts[:_VECTORS_AT_MOST] + whole

    def match(self, text: str, meanings: Mapping[str, Vector] = _NO_MEANINGS) -> Match:
        """The action that the text asks for. Takes well under 2 ms for a message of usual length.

        `meanings` has vectors of what `telling` names, as far as they are to be had.
        """
        best: dict[int, Candidate] = {}
        parts = _parts(text)
        for sentence in parts:
            for number, candidate in self._candidates(sentence, meanings.get(sentence)):
                if number not in best or _rank(candidate) < _rank(best[number]):
                    best[number] = candidate
        if len(parts) > 1 and len(text) <= _LONGEST_LESSON:
            self._recall(text, best, meanings.get(text))
        ranked = sorted(best.values(), key=_rank)
        if not ranked:
            return Match(None, 0.0, DEFAULT_THRESHOLD, "", "", ())
        top = ranked[0]
        if top.fires:
            return Match(top.action, top.score, top.threshold, top.evidence, top.why, tuple(ranked[1:]))
        return Match(None, top.score, top.threshold, "", "", tuple(ranked))

    def _candidates(self, sentence: str, meaning: Vector | None) -> Iterable[tuple[int, Candidate]]:
        placed = placed_words(sentence)
        if not placed:
            return
        phrases: dict[int, Weighed] = {}
        own: dict[int, Weighed] = {}
        for found in self._phrases.find(placed):
            number, weighed = self._phrase_action[found.phrase], self._weigh(found, placed)
            kept = phrases if self._phrase_texts[found.phrase] in _our_phrases() else own
            if number not in kept or weighed[0] > kept[number][0]:
                kept[number] = weighed
        any_guard = sentence_guard(placed)
        # A model of words is sure of anything about words that mean nothing by themselves.
        telling = self._has_kinds and not opens_only([word.text for word in placed])
        reads = shipped().read(sentence, placed, any_guard) if telling else {}
        likeness = self._examples.likeness(placed, any_guard, meaning)
        for number, action in enumerate(self.actions):
            score, why, guard = phrases.get(number, (0.0, "", None))
            if action.kind in reads:
                score, why, guard = _second_opinion(score, why, guard, reads[action.kind], action.kind)
            if owners := own.get(number):
                score, why, guard = max((score, why, guard), owners, key=lambda each: each[0])
            like = likeness.nearest(number, counter=False, ours=True)
            unlike = likeness.nearest(number, counter=True, ours=True)
            if like.likely > score and like.closeness >= unlike.closeness:
                score, guard, why = like.likely, any_guard, f"like “{like.text}”"
            if unlike.closeness > max(like.closeness, _COUNTER_AT):
                score, why = score * _COUNTER_FACTOR, f"{why}, but more like “{unlike.text}”"
            before = Candidate(action, score, sentence, f"{why} ({guard})" if guard else why)
            candidate = _after_lessons(before, number, likeness)
            if score > 0.01 or candidate.score > 0.01 or number in phrases:
                yield number, replace(candidate, score=round(candidate.score, 3))

    def _recall(self, text: str, best: dict[int, Candidate], meaning: Vector | None) -> None:
        """Weigh a message of several sentences against the owner's examples as a whole: they may be as long."""
        placed = placed_words(text)
        likeness = self._examples.likeness(placed, sentence_guard(placed), meaning)
        for number, action in enumerate(self.actions):
            weighed = best.get(number, Candidate(action, 0.0, text, ""))
            candidate = _after_lessons(weighed, number, likeness)
            if candidate != weighed:
                evidence = text if candidate.score > weighed.score else weighed.evidence
                best[number] = replace(candidate, score=round(candidate.score, 3), evidence=evidence)

    def _weigh(self, found: Found, placed: Sequence[PlacedWord]) -> Weighed:
        guard = guard_of(placed, found.matched)
        factor = FACTORS[guard] if guard else 1.0
        return found.strength * factor, f"says “{self._phrase_texts[found.phrase]}”", guard


def examples_of(actions: Iterable[CustomAction]) -> set[str]:
    """The sentences whose vectors `Triggers` takes."""
    every = (action.triggers for action in actions)
    return {text for triggers in every for text in (*triggers.examples, *triggers.counterexamples)}


def _parts(text: str) -> list[str]:
    return sentences(text[:_LONGEST_TEXT])[:_SENTENCES_AT_MOST]


def _rank(candidate: Candidate) -> tuple[bool, bool, bool, float]:
    """Best first: what fires, and of that what the owner taught with these very words.

    Who is angry about something and asks for it is served first: anger alone is the weaker reason.
    """
    angry = candidate.action.kind is ActionKind.FRUSTRATION
    return not candidate.fires, not candidate.taught, angry, -candidate.score


def _after_lessons(candidate: Candidate, number: int, likeness: Likeness) -> Candidate:
    """What the owner's own examples and counterexamples make of it: the nearer one decides, over all that is ours."""
    wanted = likeness.nearest(number, counter=False, ours=False)
    refused = likeness.nearest(number, counter=True, ours=False)
    ours = likeness.nearest(number, counter=False, ours=True)
    if refused.closeness > wanted.closeness and refused.closeness * _LESSON_WEIGHT > ours.closeness:
        if refused.likely * candidate.score < 0.01:
            return candidate
        score = candidate.score * (1.0 - refused.likely)
        return replace(candidate, score=score, why=f"{candidate.why}, but like “{refused.text}”, which must not")
    if wanted.likely <= candidate.score and wanted.closeness < _SAME_AT:
        return candidate
    return replace(
        candidate,
        score=max(wanted.likely, candidate.score),
        why=f"like “{wanted.text}”, an example of yours",
        taught=wanted.closeness >= _SAME_AT and wanted.likely >= candidate.threshold,
    )


@cache
def _our_phrases() -> frozenset[str]:
    """The phrases that ship, whose words the reading knows. What an owner adds needs no second opinion."""
    return frozenset(phrase for action in default_actions() for phrase in action.triggers.phrases)


def _second_opinion(phrase: float, why: str, guard: Guard | None, read: float, kind: ActionKind) -> Weighed:
    """The score of one of our phrases, or of none, corrected by how the whole sentence reads; both as log odds."""
    spoken = _log_odds(max(phrase, _PHRASE_LEAST)) - _log_odds(_PHRASE_NEUTRAL)
    score = 1.0 / (1.0 + exp(_DOUBT - _log_odds(read) - _PHRASE_SHARE * spoken))
    if guard is Guard.DENIED:
        # Who says not to cancel speaks of cancelling all the same, and reads like it.
        score = min(score, phrase)
    reads = f"reads {read:.0%} like {kind.replace('_', ' ')}"
    return score, f"{why}, {reads}" if why else reads, guard


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, _LEAST), _MOST)
    return log(bounded / (1.0 - bounded))
