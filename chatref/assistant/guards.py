"""Words of an action that do not ask for it: denied, supposed, already happened, or asked about as a rule."""

import re
from collections.abc import Sequence
from enum import StrEnum

from chatref.knowledge.words import PlacedWord
from chatref.lexicon import word_set


class Guard(StrEnum):
    """Why a sentence that names an action may not ask for it."""

    DENIED = "denied"  # I don't want to cancel
    SUPPOSED = "supposed"  # what happens if I cancel
    HAPPENED = "happened"  # my order was cancelled
    INFORMATION = "information"  # what is your refund policy


FACTORS = {Guard.DENIED: 0.2, Guard.SUPPOSED: 0.35, Guard.HAPPENED: 0.4, Guard.INFORMATION: 0.4}
"""What remains of a match's score under each guard."""

_DENIALS = word_set("not dont never wont didnt doesnt without no nor neither isnt wasnt")
_DENIAL_FILLERS = word_set(
    """want wanted wanting to need needed wish going gonna trying tried asking asked looking look for a an the
    my any intend intending planning plan have had i ever requested been be interested in it this that
    really actually even about just like would your"""
)
_SUPPOSITIONS = word_set("if after before when once unless until while whenever by upon")
_SUPPOSITION_FILLERS = word_set(
    """i we you he she they it one my our a an the to would should do did does have has had ever decide decided
    choose chose already just still then later its get gets got someone"""
)
_BEEN = word_set("was were been is are got wasnt werent isnt being")
_HAVE = word_set("""already have has had havent hasnt hadnt ive youve theyve weve just didnt never""")
_STATED = word_set("is are was were be definitely all")
_BETWEEN_PARTICIPLE = word_set("not already been being just still automatically even yet my the be")
_RULE_WORDS = word_set(
    """policy policies fee fees penalty penalties rule rules terms cost costs charge charges charged deadline
    guarantee eligibility conditions timeframe"""
)
_RULES_ASKED = re.compile(
    r"\b(?:what|which) (?:\w+ )?(?:cases?|situations?|circumstances|conditions)\b"
    r"|\bhow (?:long|much|many|soon|often|late|quickly|fast)\b"
    r"|\bwhat (?:happens|would happen|will happen)\b|\bany ?time\b|\bwhy (?:was|is|were|are|has|have|did|does|do)\b"
)
_INFORMATION = re.compile(
    r"\bwhen (?:can|will|do|does|should|is|are)\b"
    r"|\bdo (?:you|u|ya) (?:offer|allow|give|have|provide|do|charge|accept|support)\b"
    r"|\b(?:am i|are we|is it) (?:eligible|entitled)\b"
    r"|\bstill (?:use|keep|access|get|have|be able)\b|\bdoes it (?:cost|matter|affect)\b"
    r"|\bwhat (?:is|are|does|do|did|was|s|kind|sort|type)\b"
    r"(?! (?:(?:the|your) (?:best )?(?:process|procedure|steps?|way)|(?:i|we) (?:do|need|have|must)\b))"
)
_REQUEST = re.compile(
    r"\b(?:please|i want|i need|i would like|id like|i wish|can you|could you|help me|i have to|i must|let me)\b"
)


def guard_of(sentence: Sequence[PlacedWord], matched: Sequence[int]) -> Guard | None:
    """Why the words at these indexes, in order, may not be a request, or None."""
    first, last = matched[0], matched[-1]
    texts = [word.text for word in sentence]
    before = texts[:first]
    if _led_by(before, _DENIALS, _DENIAL_FILLERS):
        return Guard.DENIED
    if _supposed(before):
        return Guard.SUPPOSED
    if any(_happened(texts, matched, index) for index in matched):
        return Guard.HAPPENED
    if any(word in _RULE_WORDS for word in texts[max(0, first - 3) : first] + texts[last + 1 : last + 4]):
        return Guard.INFORMATION
    joined = " ".join(texts)
    if _RULES_ASKED.search(joined):
        return Guard.INFORMATION
    if _INFORMATION.search(joined) and not _REQUEST.search(joined):
        return Guard.INFORMATION
    return None


def sentence_guard(sentence: Sequence[PlacedWord]) -> Guard | None:
    """The guard over a sentence as a whole, for likeness, where no phrase says which of its words matter."""
    texts = [word.text for word in sentence]
    for index, word in enumerate(texts):
        if word in _DENIALS and texts[index + 1 : index + 2] in (["want"], ["need"], ["wish"]):
            return Guard.DENIED
        leads = word in _SUPPOSITIONS and texts[index + 1 : index + 2] in (["i"], ["we"], ["you"], ["my"])
        if leads and not _asks_ability(texts, index):
            return Guard.SUPPOSED
    if any(_happened(texts, (), index) for index in range(len(texts))):
        return Guard.HAPPENED
    return guard_of(sentence, range(len(sentence)))


def _asks_ability(texts: list[str], index: int) -> bool:
    """Whether the "if" at the index asks politely: "I wonder if I could get a refund", "nice if you closed it"."""
    return texts[index] == "if" and not {"can", "could", "you"}.isdisjoint(texts[index + 1 : index + 3])


def _led_by(before: list[str], leaders: frozenset[str], fillers: frozenset[str]) -> bool:
    for word in reversed(before):
        if word in leaders:
            return True
        if word not in fillers:
            return False
    return False


def _supposed(before: list[str]) -> bool:
    for index in range(len(before) - 1, -1, -1):
        word = before[index]
        if word in _SUPPOSITIONS:
            return not _asks_ability(before, index)
        if word not in _SUPPOSITION_FILLERS:
            return False
    return False


def _happened(texts: list[str], matched: Sequence[int], index: int) -> bool:
    """Whether the word is a participle of something that is done: "was cancelled", "I have already updated".

    Where the phrase itself holds the "was", that is what it means to find.
    """
    at = index - 1
    if texts[index] == "correct":
        return at >= 0 and texts[at] in _STATED
    if not texts[index].endswith(("ed", "en")):
        return False
    while at >= 0 and texts[at] in _BETWEEN_PARTICIPLE:
        if texts[at] == "be":
            return False
        at -= 1
    if at < 0 or at in matched:
        return False
    return texts[at] in _BEEN | _HAVE and (at == 0 or texts[at - 1] not in {"to", "want", "need", "can"})
