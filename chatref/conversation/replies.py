"""Short replies with a fixed sense: yes, no, never mind, I don't know."""

import re
from enum import StrEnum

from chatref.lexicon import word_set


class Reply(StrEnum):
    YES = "yes"
    NO = "no"
    DROP = "drop"  # never mind, I changed my mind: wherever one is
    UNKNOWN = "unknown"  # I don't have it, skip


_YES = word_set(
    """yes yeah yep yea yup ya sure ok okay okey k y please do correct right exactly absolutely definitely
    certainly indeed affirmative go ahead confirm confirmed proceed fine great perfect course"""
)
_NO = word_set("no nope nah n not cancel dont negative never")
_YES_START = re.compile(
    r"^(?:yes|yeah|yep|yup|yea|sure|ok(?:ay)?|correct|exactly|absolutely|definitely|please do|go ahead|of course"
    r"|that's (?:right|correct)|thats (?:right|correct)|do it|i do|i would|cancel it|confirm)\b"
)
_NO_START = re.compile(
    r"^(?:no|nope|nah|not (?:now|yet|really|today)|don't|dont|do not|please (?:don't|dont|do not)"
    r"|wait|better not|rather not"
    r"|i (?:don't|dont|do not|didn't|didnt|did not) (?:want to|mean|wish|think so))\b"
)
_DROP = re.compile(
    r"\b(?:never ?mind|forget (?:it|that|about (?:it|that))|scratch that|(?:i(?:'ve)? |have )?changed my mind"
    r"|(?:don't|dont|do not) (?:want to|wanna|need to) (?:cancel|do (?:it|this|that)|continue|go on|change|proceed)"
    r"|no longer want to|(?:don't|dont|do not) (?:cancel|do (?:it|that)|bother)|stop (?:this|asking)"
    r"|i(?:'ll| will|'d rather| want to) (?:keep|stay)|let'?s (?:stop|leave it))\b"
)
_LOOSE_DROP = re.compile(
    r"\b(?:not any ?more|leave it|drop it|keep (?:it|my)|(?:don't|dont|do not) need (?:it|that|this))\b"
)
_UNKNOWN = re.compile(
    r"^(?:skip(?: (?:it|this|that))?|pass|none|n/?a|no (?:idea|clue)|not sure|unknown|-+|\?+|idk"
    r"|(?:sorry,? )?(?:i )?(?:really )?(?:don't|dont|do not|can't|cant|cannot)"
    r" (?:know|have|remember|recall|find|see)\b.{0,60}"
    r"|(?:i'?d )?(?:rather|prefer) not(?: (?:to )?(?:say|tell|answer))?|no reason|i forgot(?: it)?)[.!]*$"
)
_PUNCTUATION = re.compile(r"[^\w\s'/?-]")


def plain(text: str) -> str:
    return " ".join(_PUNCTUATION.sub(" ", text.replace("\u2019", "'").lower()).split())


def reply_of(text: str, *, free: bool = False) -> Reply | None:
    """The fixed sense of a reply, or None where it has another. A refusal outweighs a yes in the same breath.

    `free` is for a reply to an open question: "I do not need it any more" drops a confirmation, but is a reason too.
    """
    said = plain(text)
    if not said:
        return None
    if _UNKNOWN.match(said):
        return Reply.UNKNOWN
    if _DROP.search(said) or (not free and _LOOSE_DROP.search(said)):
        return Reply.DROP
    words = said.replace("'", "").split()
    if set(words) <= _NO and len(words) <= 4:
        return Reply.NO
    if _NO_START.match(said):
        return None if free and len(words) > 3 else Reply.NO
    if _YES_START.match(said) or (len(words) <= 5 and set(words) <= _YES):
        return Reply.YES
    return None
