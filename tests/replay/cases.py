"""Conversations whose histories are kept, each named for what happens in it.

`python -m tests.replay.record` plays those that have none on a real server, and writes `histories/`. A history is never
made anew: it stands for the conversations that are under way at our users when the workflow's code changes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from temporalio.exceptions import ApplicationError

from chatref.conversation.actions import CustomAction, DetailField
from chatref.conversation.events import State
from chatref.conversation.policy import Audience, LadderStep, ServicePolicy
from chatref.conversation.standing import Standing, Told
from chatref.conversation.turns import Collecting, Outcome, OutcomeKind, Stage, Turn, Usage
from chatref.conversation.words import EMAIL_MEANT, EMAIL_TAKEN
from tests.workflows.desk import ADA, BO, Desk
from workflows.conversation import ConversationWorkflow
from workflows.messages import Claim, Offer, OwnerLeft, Rating, Release, Resolve, Say, Tag, Transfer

SOON = timedelta(milliseconds=500)
IMPATIENT = ServicePolicy(
    ladder=(LadderStep(after=SOON, audience=Audience.TEAM),),
    repeat_every=SOON * 2,
    owner_answers_within=SOON,
    owner_grace=SOON,
    collecting_at_most=SOON * 2,
    turn_limit=timedelta(seconds=1),
    idle_after=SOON * 4,
    reopen_window=SOON,
)

CANCEL = CustomAction(
    id="cancel",
    name="Cancel subscription",
    confirmation="Shall I?",
    fields=(DetailField(name="account_id", label="Account ID", prompt="Which account?"),),
    team="billing",
)


async def answered(desk: Desk) -> None:
    for number in range(3):
        await desk.say(f"hello {number}")
        await desk.until_seq(2 * number + 2)


async def burst(desk: Desk) -> None:
    await desk.say("think one")
    await desk.say("think two")
    await desk.say("three")
    await desk.until_said("You said: three")


async def opening_then_question(desk: Desk) -> None:
    await desk.say("well")
    await desk.until_seq(1)
    await desk.say("what is it?")
    await desk.until_said("You said: what is it?")
    await desk.say("well then")
    await desk.until_said("You said: well then")


async def overtaken_while_the_model_thought(desk: Desk) -> None:
    asked = asyncio.Event()

    async def slow(turn: Turn) -> Outcome:
        asked.set()
        if len(turn.messages) == 1:
            await asyncio.sleep(60)
        return Outcome(OutcomeKind.ANSWER, text="Both.", asked="both", usage=Usage("test-model", 900, 200))

    desk.responder.model = slow
    await desk.say("think one")
    await asked.wait()
    await desk.say("think two")
    # The second answer costs more than the cap: a person comes.
    await desk.until_state(State.ESCALATED)


async def returned_with_what_the_agent_said(desk: Desk) -> None:
    update = desk.handle.execute_update
    await desk.identify("mia@example.com")
    await desk.say("where is it?")
    await desk.until_seq(2)
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    await update(ConversationWorkflow.reply, Say(ADA, str(uuid4()), "On its way."))
    await update(ConversationWorkflow.release, Release(ADA, to_assistant=True))
    await desk.say("where is it?")
    await desk.until_said("You said: where is it?")
    # Another run begins with what the log remembers.
    await desk.handle.terminate()
    await desk.say("and now?")
    await desk.until_said("You said: and now?")


async def handed_over_and_resolved(desk: Desk) -> None:
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    update = desk.handle.execute_update
    await desk.claim(ADA)
    await desk.claim(BO)
    await update(ConversationWorkflow.reply, Say(ADA, str(uuid4()), "Hi"))
    await update(ConversationWorkflow.note, Say(BO, str(uuid4()), "Is kind"))
    await update(ConversationWorkflow.tag, Tag(ADA, add=("vip",)))
    await update(ConversationWorkflow.transfer, Transfer(ADA, team="support"))
    await desk.handle.signal(ConversationWorkflow.claim_by_signal, Claim(BO))
    await desk.until_state(State.HUMAN_OWNED)
    await update(ConversationWorkflow.transfer, Transfer(BO, to=ADA))
    await update(ConversationWorkflow.release, Release(ADA, to_assistant=True))
    await desk.say("hello")
    await desk.until_said("You said: hello")
    await update(ConversationWorkflow.reply, Say(ADA, str(uuid4()), "Me again"))
    await update(ConversationWorkflow.resolve, Resolve(ADA))
    before = (await desk.row())["last_seq"]
    await desk.handle.signal(ConversationWorkflow.rate, Rating(5, "thanks"))
    await desk.until_seq(before + 1)


async def thought_about(desk: Desk) -> None:
    await desk.say("think")
    await desk.until_seq(2)


async def claimed_while_the_model_thought(desk: Desk) -> None:
    async def slow(turn: Turn) -> Outcome:
        raise ApplicationError("busy")

    desk.responder.model = slow
    await desk.say("think")
    await desk.until_seq(1)
    await desk.claim(ADA)


async def model_failed(desk: Desk) -> None:
    async def broken(turn: Turn) -> Outcome:
        raise ApplicationError("no key", non_retryable=True)

    desk.responder.model = broken
    await desk.say("think")
    await desk.until_state(State.ESCALATED)


async def triggers_failed(desk: Desk) -> None:
    desk.responder.fails = True
    await desk.say("hello")
    await desk.until_state(State.ESCALATED)


async def details_never_came(desk: Desk) -> None:
    async def asks(turn: Turn) -> Outcome:
        collecting = Collecting(CANCEL, Stage.CONFIRMING, "cancel", turn.messages[0].id)
        return Outcome(OutcomeKind.ASK, text="Shall I?", collecting=collecting)

    desk.responder.model = asks
    await desk.say("think: cancel")
    await desk.until_state(State.COLLECTING_DETAILS)
    await desk.until_state(State.ESCALATED)


async def owner_too_slow(desk: Desk) -> None:
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    await desk.claim(ADA)
    await desk.until_state(State.ESCALATED)
    await desk.until_seq(9)


async def lapsed(desk: Desk) -> None:
    await desk.say("hello")
    await desk.until_state(State.RESOLVED)
    await desk.handle.result()


async def told_to_a_webhook(desk: Desk) -> None:
    desk.responder.webhook = "crm"
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    await desk.claim(ADA)


async def channel_failed(desk: Desk) -> None:
    """The next step comes at once, over another channel; then somebody takes it while that is still under way."""
    desk.teams.standing = Standing("", 0, channels=frozenset({"push", "email"}))
    desk.channels.outcomes = {"push": Told(False, why="nobody has a browser")}
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    await desk.until_seq(6)
    await desk.claim(ADA)


async def closed_and_mailed(desk: Desk) -> None:
    desk.teams.standing = Standing("", 0, opens_at=datetime.now(UTC) + timedelta(days=1), opens_words="tomorrow")
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    await desk.say("ann@example.com")
    await desk.until_said(EMAIL_TAKEN.format(email="ann@example.com"))
    await desk.handle.execute_update(ConversationWorkflow.reply, Say(ADA, "r1", "Done."))
    await desk.until_seq(9)


async def given_back_and_mailed(desk: Desk) -> None:
    await desk.promise_mail()
    await desk.say("hello")
    await desk.handle.execute_update(ConversationWorkflow.release, Release(ADA, to_assistant=True))
    await desk.until_said("You said: hello")
    while not any(event["type"] == "alert" and event["data"]["channel"] == "email" for event in await desk.events()):
        await asyncio.sleep(0.05)


async def opened_again(desk: Desk) -> None:
    """Closed for a moment, then open, and the policy is another one meanwhile."""
    desk.teams.standing = Standing("", 0, opens_at=datetime.now(UTC) + timedelta(seconds=2), opens_words="soon")
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    desk.teams.standing = Standing("", 3, policy=IMPATIENT)
    await desk.until_seq(5)


async def offered_and_left(desk: Desk) -> None:
    """Offered to Ada, who takes it and goes away; then Bo is offered it, and answers."""
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    await desk.handle.signal(ConversationWorkflow.offer, Offer(ADA))
    await desk.until_seq(5)
    await desk.claim(ADA)
    await desk.handle.signal(ConversationWorkflow.owner_left, OwnerLeft(ADA.id))
    await desk.until_state(State.ESCALATED)
    await desk.handle.signal(ConversationWorkflow.offer, Offer(BO))
    await desk.handle.execute_update(ConversationWorkflow.reply, Say(BO, "r1", "Here I am"))


async def address_corrected_and_mailed(desk: Desk) -> None:
    """Somebody else's address is not taken, a wrong one is corrected, and the answer goes to that."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    desk.teams.standing = Standing("", 0, opens_at=tomorrow, opens_words="tomorrow", channels=frozenset({"email"}))
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    await desk.say("I was charged twice by billing@othershop.com")
    await desk.until_said(EMAIL_MEANT)
    for email in ("ann@exmaple.com", "ann@example.com"):
        await desk.say(f"it's {email}")
        await desk.until_said(EMAIL_TAKEN.format(email=email))
    await desk.handle.execute_update(ConversationWorkflow.reply, Say(ADA, "r1", "Done."))
    await desk.until_seq(14)


async def offered_in_vain_and_called_off(desk: Desk) -> None:
    """An offer that reaches nobody moves nothing on; what has not gone out is called off by a claim, and noted."""
    desk.teams.standing = Standing("", 0, channels=frozenset({"push"}), agents={ADA.id: False})
    desk.channels.outcomes = {"push": Told(False, why="no browser", nobody=True)}
    await desk.say("a person")
    await desk.until_state(State.ESCALATED)
    await desk.until_seq(5)
    desk.channels.outcomes = {"push": ApplicationError("down")}
    await desk.handle.signal(ConversationWorkflow.offer, Offer(ADA))
    await desk.until_seq(6)
    await desk.claim(BO)
    await desk.until_seq(8)


async def grew_long(desk: Desk) -> None:
    await desk.say("hello 0")
    await desk.until_another_run(await desk.grow_long())


CASES: dict[Callable[[Desk], Awaitable[None]], ServicePolicy] = {
    answered: ServicePolicy(),
    burst: ServicePolicy(),
    opening_then_question: ServicePolicy(),
    overtaken_while_the_model_thought: ServicePolicy(tokens_at_most=1000),
    returned_with_what_the_agent_said: ServicePolicy(),
    handed_over_and_resolved: ServicePolicy(),
    thought_about: ServicePolicy(),
    claimed_while_the_model_thought: ServicePolicy(),
    model_failed: ServicePolicy(),
    triggers_failed: ServicePolicy(),
    details_never_came: IMPATIENT,
    owner_too_slow: IMPATIENT,
    lapsed: IMPATIENT,
    told_to_a_webhook: ServicePolicy(),
    channel_failed: ServicePolicy(),
    closed_and_mailed: ServicePolicy(),
    opened_again: ServicePolicy(),
    offered_and_left: ServicePolicy(),
    address_corrected_and_mailed: ServicePolicy(),
    offered_in_vain_and_called_off: ServicePolicy(),
    grew_long: ServicePolicy(),
    given_back_and_mailed: ServicePolicy(),
}
