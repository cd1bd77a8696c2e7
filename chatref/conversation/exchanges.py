"""What was asked and answered, in short: remembered for the assistant, and summed up for the agent who takes over."""

import re
from collections.abc import Iterable, Sequence

from chatref.conversation.events import Citation, Detail, HandoffReason, Reference, Summary, Tried
from chatref.conversation.turns import Exchange, Outcome

_QUESTION = re.compile(r"[^.!?\n]*\?")
REMEMBERED = 6
"""Exchanges with the assistant that are kept, and as many with agents."""
_LONGEST_ASKED = 300
_LONGEST_SAID = 600
_LONGEST_TRIED = 200
_WANTS_AT_MOST = 3
_TRIED_AT_MOST = 5
_NOT_THE_MATTER = (HandoffReason.ASKED_FOR_PERSON, HandoffReason.FRUSTRATION)
"""The words that show these say that a person is wanted, not what for."""


def clipped(text: str, at_most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= at_most else f"{line[: at_most - 1].rstrip()}…"


def answered(outcome: Outcome) -> Exchange:
    """The exchange that an answer of the assistant makes."""
    return Exchange(
        asked=clipped(outcome.asked, _LONGEST_ASKED),
        said=clipped(outcome.text, _LONGEST_SAID),
        sources=_references(outcome.citations),
        unknown=outcome.unknown,
        repeats=outcome.repeats,
    )


def agent_answered(asked: str, said: str, agent: str) -> Exchange:
    return Exchange(clipped(asked, _LONGEST_ASKED), clipped(said, _LONGEST_SAID), agent=agent)


def with_latest(exchanges: Sequence[Exchange], latest: Exchange) -> list[Exchange]:
    """With one more; of its kind (the assistant's, or agents') the latest are kept."""
    alike = [each for each in exchanges if bool(each.agent) == bool(latest.agent)]
    dropped = alike[0] if len(alike) >= REMEMBERED else None
    return [*(each for each in exchanges if each is not dropped), latest]


def of_agents(exchanges: Iterable[Exchange]) -> list[Exchange]:
    """What is remembered beyond an episode: the assistant begins anew, but knows what agents said."""
    return [each for each in exchanges if each.agent]


def summarize(
    exchanges: Iterable[Exchange],
    details: tuple[Detail, ...],
    reason: HandoffReason,
    evidence: str,
    asked: str = "",
    matter: str = "",
) -> Summary:
    """The summary of an episode that ends in a handoff.

    `asked` are the visitor's words of the turn that led to it, and `matter` those that began what it interrupted.
    """
    every = list(exchanges)
    own = [each for each in every if not each.agent]
    told = [each for each in own if each.unknown or each.sources]
    return Summary(
        wants=_wants(every, reason, evidence, asked, matter),
        tried=tuple(
            Tried(
                question=clipped(each.asked, _LONGEST_TRIED),
                answer="" if each.unknown else clipped(each.said, _LONGEST_TRIED),
                sources=each.sources,
            )
            for each in told[-_TRIED_AT_MOST:]
        ),
        details=details,
    )


def _wants(
    exchanges: Sequence[Exchange], reason: HandoffReason, evidence: str, asked: str, matter: str
) -> tuple[str, ...]:
    if matter:
        # What was asked beside the last detail is nobody's any more but the agent's.
        return _distinct([matter, *(question for question in _QUESTION.findall(asked) if matter not in question)])
    if reason in (HandoffReason.ACTION, HandoffReason.DETAILS_TIMED_OUT):
        return _distinct([asked if evidence in asked else evidence])
    latest = asked.replace(evidence, " ") if evidence and reason in _NOT_THE_MATTER else asked
    own = [each.asked for each in exchanges if not each.agent]
    said = _distinct([*own[-_WANTS_AT_MOST + 1 :], latest])
    # Who was returned to the assistant and only asks for a person again still wants what the agent was asked.
    with_agents = [each.asked for each in exchanges if each.agent][-1:]
    return said or _distinct(with_agents) or _distinct([asked or evidence])


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    lines = (clipped(text, _LONGEST_ASKED) for text in texts)
    telling = {line.casefold(): line for line in lines if any(character.isalnum() for character in line)}
    return tuple(telling.values())


def _references(citations: Iterable[Citation]) -> tuple[Reference, ...]:
    return tuple(dict.fromkeys(Reference(citation.title, citation.url) for citation in citations))
