"""How well triggers and index do on the labelled data: figures, and what they miss."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

from chatref.assistant.triggers import Triggers
from chatref.conversation.actions import ActionKind
from chatref.demo import default_actions
from chatref.embedding.interface import Embedder
from chatref.knowledge.index import Index, Vector, texts_of
from tests.quality.bm25 import Bm25
from tests.quality.labelled import Message, faq, messages


@dataclass
class Tally:
    """Messages of one kind: how many there are, went to a person, and went to one for the right reason."""

    asked: int = 0
    recognised: int = 0
    right: int = 0
    fired: int = 0

    @property
    def recall(self) -> float:
        return self.recognised / self.asked

    @property
    def right_kind(self) -> float:
        return self.right / self.asked

    @property
    def precision(self) -> float:
        """Of all messages taken for this kind, how many are."""
        return self.right / (self.fired or 1)


@dataclass
class TriggerReport:
    every: Tally = field(default_factory=Tally)
    kinds: dict[ActionKind, Tally] = field(default_factory=lambda: {kind: Tally() for kind in ActionKind})
    businesses: dict[str, Tally] = field(default_factory=dict)
    routine: int = 0
    false: int = 0
    milliseconds: float = 0.0
    misses: list[tuple[Message, ActionKind | None, str]] = field(default_factory=list)

    @property
    def false_share(self) -> float:
        return self.false / self.routine


@dataclass
class IndexReport:
    """Shares of questions. `top` by group of questions; `kept`: of plain ones, answered and rightly.

    `kept_right`: of all whose right entry came first, those not taken for unanswerable.
    """

    top: dict[str, float]
    baseline: dict[str, float]
    kept: float
    kept_right: float
    unknown: float
    misses: list[tuple[str, str, str]]


def trigger_report() -> TriggerReport:
    triggers = Triggers(default_actions())
    report = TriggerReport()
    every = list(messages())
    start = perf_counter()
    matches = [triggers.match(message.text) for message in every]
    report.milliseconds = (perf_counter() - start) / len(every) * 1000
    for message, match in zip(every, matches, strict=True):
        if match.kind:
            report.kinds[match.kind].fired += 1
        if message.kind is None:
            report.routine += 1
            report.false += match.action is not None
        else:
            business = report.businesses.setdefault(message.business, Tally())
            for tally in (report.every, report.kinds[message.kind], business):
                tally.asked += 1
                tally.recognised += match.action is not None
                tally.right += match.kind is message.kind
        if match.kind is not message.kind:
            closest = match.why or (match.alternatives[0].why if match.alternatives else "")
            report.misses.append((message, match.kind, f"{match.score:.2f} {closest}"))
    report.every.fired = report.every.recognised + report.false
    return report


async def index_report(embedder: Embedder | None = None) -> IndexReport:
    """By words, and with an `embedder` by meaning too. Raises `EmbedderUnavailable`."""
    passages, questions = faq()
    vectors: dict[str, Vector] | None = None
    meanings: dict[str, Vector] = {}
    if embedder is not None:
        await embedder.prepare()
        vectors = await _vectors(embedder, [text for passage in passages for text in texts_of(passage)])
        meanings = await _vectors(embedder, [question.text for question in questions])
    index, plain = Index(passages, vectors), Bm25(passages)
    titles = {passage.id: passage.title for passage in passages}
    hits: dict[str, list[bool]] = {"plainly": [], "asked": []}
    baseline: dict[str, list[bool]] = {"plainly": [], "asked": []}
    kept: list[bool] = []
    kept_right: list[bool] = []
    unknown: list[bool] = []
    misses: list[tuple[str, str, str]] = []
    for question in questions:
        found = index.search(question.text, 1, meanings.get(question.text))
        best = found.hits[0].passage.id if found.hits else ""
        if not question.passage:
            unknown.append(not found.found)
            if found.found:
                misses.append((question.text, "", titles[best]))
            continue
        hits[question.group].append(best == question.passage)
        if best == question.passage:
            kept_right.append(found.found)
        baseline[question.group].append(plain.best(question.text) == question.passage)
        if question.group == "plainly":
            kept.append(found.found and best == question.passage)
            if not kept[-1]:
                misses.append((question.text, titles[question.passage], titles.get(best, "") if found.found else ""))
    return IndexReport(
        {group: _share(each) for group, each in hits.items()},
        {group: _share(each) for group, each in baseline.items()},
        _share(kept),
        _share(kept_right),
        _share(unknown),
        misses,
    )


def table(triggers: TriggerReport, index: IndexReport) -> str:
    lines = ["Messages                      number  recognised  right kind  precision"]
    rows = [
        ("all that need a person", triggers.every),
        *((f"  {kind}", tally) for kind, tally in triggers.kinds.items()),
        *((f"  at the {business}", tally) for business, tally in triggers.businesses.items()),
    ]
    for name, tally in rows:
        # Precision is a kind's: what a business's messages are mistaken for says nothing about the business.
        precision = "" if name.startswith("  at") else f"{tally.precision:11.1%}"
        lines.append(f"{name:28}{tally.asked:8}{tally.recall:12.1%}{tally.right_kind:12.1%}{precision}")
    lines += [
        f"routine ones escalated      {triggers.routine:8}{triggers.false_share:12.1%}",
        f"time for each message       {triggers.milliseconds:20.2f} ms",
        "",
        "Questions                     the right entry first   with BM25 alone",
        f"  asked plainly             {index.top['plainly']:23.1%}{index.baseline['plainly']:18.1%}",
        f"  asked in other words      {index.top['asked']:23.1%}{index.baseline['asked']:18.1%}",
        f"  plain ones answered rightly {index.kept:21.1%}",
        f"  right ones not held back    {index.kept_right:21.1%}",
        f"  unanswerable ones recognised {index.unknown:20.1%}",
    ]
    return "\n".join(lines)


def misses(triggers: TriggerReport, index: IndexReport) -> str:
    lines = ["Messages taken for something else:"]
    lines += [f"  {m.kind or 'routine'} → {kind or 'none'}: {m.text}  [{why}]" for m, kind, why in triggers.misses]
    lines += ["", "Plain questions answered wrongly or not, and those that no entry answers but that got one:"]
    lines += [f"  {text}  [{wanted or 'no entry'} → {got or 'not found'}]" for text, wanted, got in index.misses]
    return "\n".join(lines)


async def _vectors(embedder: Embedder, texts: list[str]) -> dict[str, Vector]:
    return dict(zip(texts, await embedder.embed(texts), strict=True))


def _share(each: Sequence[bool]) -> float:
    return sum(each) / len(each)
