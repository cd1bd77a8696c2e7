"""Days of office hours and failing channels, in milliseconds: whom the engine tells, and when."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment

from chatref.conversation.events import State
from chatref.conversation.hours import Holiday, Hours, OfficeHours, Shift, Weekday
from chatref.conversation.policy import Audience, LadderStep, ServicePolicy
from chatref.conversation.standing import Standing, Told
from chatref.conversation.waits import ledger
from chatref.store import waits
from tests.workflows.desk import ADA, Desk
from workflows.conversation import ConversationWorkflow
from workflows.messages import OwnerLeft, Release, Say, Transfer

LADDER = ServicePolicy(
    at_once=("inbox", "push"),
    ladder=(
        LadderStep(after=timedelta(minutes=1), audience=Audience.TEAM, channels=("inbox", "email")),
        LadderStep(after=timedelta(minutes=3), audience=Audience.SUPERVISORS, channels=("inbox", "webhook:ops")),
    ),
)
REACHABLE = Standing(
    "",
    0,
    there=dict.fromkeys((Audience.TEAM, Audience.SUPERVISORS), 1),
    channels=frozenset({"push", "email", "webhook:ops"}),
)
DOWN = ApplicationError("the receiver is down")


@pytest.fixture
def policy() -> ServicePolicy:
    return LADDER


@pytest.fixture
async def staffed(quick_desk: Desk) -> AsyncIterator[Desk]:
    """A desk whose alerts go out."""
    quick_desk.teams.standing = REACHABLE
    async with quick_desk.alerts_worker():
        yield quick_desk


async def told(desk: Desk) -> list[tuple[str, str, str]]:
    alerts = [event["data"] for event in await desk.events() if event["type"] == "alert"]
    return [(alert["audience"], alert["channel"], alert["outcome"]) for alert in alerts]


def count_of(number: int, channel: str) -> Any:
    async def there(desk: Desk) -> bool:
        return sum(each[1] == channel for each in await told(desk)) >= number

    return there


class TestOfficeHours:
    @pytest.fixture
    async def opening(self, quick_desk: Desk) -> datetime:
        """The team is there tomorrow from nine to five, and then a week later."""
        now = await quick_desk.now()
        tomorrow = (now + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
        day = list(Weekday)[tomorrow.weekday()]
        quick_desk.teams.hours = OfficeHours(time_zone="UTC", shifts=(Shift(day=day, opens="09:00", closes="17:00"),))
        quick_desk.teams.now = quick_desk.now
        return tomorrow

    async def test_the_wait_goes_on_at_opening_and_pauses_at_closing(
        self, staffed: Desk, opening: datetime, time_skipping_env: WorkflowEnvironment
    ) -> None:
        await staffed.say("a person")
        row = await staffed.until_state(State.ESCALATED)
        assert row["deadline"] == opening
        assert "Our team is back tomorrow at 09:00 (UTC time)." in (await staffed.texts())[-1]

        await time_skipping_env.sleep(opening - await staffed.now() + timedelta(minutes=10))
        await staffed.until(lambda row: row["deadline"] > opening + timedelta(minutes=10))
        alerts = [event["at"] for event in await staffed.events() if event["type"] == "alert"]
        inbox = [at for at in alerts[1:] if at >= opening]
        assert len(inbox) == len(alerts) - 1, "nobody was told between the first moment and opening"
        assert inbox[0] - opening < timedelta(seconds=30)

        closing = opening.replace(hour=17)
        await time_skipping_env.sleep(closing - await staffed.now() + timedelta(hours=5))
        row = await staffed.until(lambda row: row["deadline"] > closing)
        assert row["deadline"] == opening + timedelta(days=7)
        last = [event for event in await staffed.events() if event["author_kind"] == "assistant"][-1]
        assert last["text"].startswith("Our team is back on ")
        assert last["at"] - closing < timedelta(seconds=30)
        assert not [e for e in await staffed.events() if e["type"] == "alert" and e["at"] > last["at"]]
        assert row["waiting_since"] is not None

    @pytest.mark.parametrize(("month", "utc_before", "utc_after"), [(3, 8, 7), (10, 7, 8)], ids=["spring", "autumn"])
    async def test_opening_is_by_the_teams_clock_when_that_is_changed_overnight(
        self,
        month: int,
        utc_before: int,
        utc_after: int,
        staffed: Desk,
        time_skipping_env: WorkflowEnvironment,
    ) -> None:
        sunday = last_sunday(month, after=await staffed.now() + timedelta(days=2))
        evening = sunday - timedelta(hours=2)
        await time_skipping_env.sleep(evening - await staffed.now())
        staffed.teams.hours = OfficeHours(
            time_zone="Europe/Berlin",
            shifts=tuple(Shift(day=day, opens="09:00", closes="17:00") for day in (Weekday.SATURDAY, Weekday.SUNDAY)),
        )
        staffed.teams.now = staffed.now
        assert staffed.teams.hours.opens_at(evening - timedelta(days=1)) == sunday + timedelta(hours=utc_before - 24)

        await staffed.say("a person")
        opening = sunday + timedelta(hours=utc_after)
        assert (await staffed.until_state(State.ESCALATED))["deadline"] == opening
        await time_skipping_env.sleep(opening - await staffed.now() + timedelta(seconds=30))
        await staffed.until(lambda row: row["deadline"] >= opening + timedelta(minutes=1))
        assert await first_call(staffed) == opening

    async def test_a_holiday_has_hours_of_its_own_or_none(
        self, staffed: Desk, opening: datetime, time_skipping_env: WorkflowEnvironment
    ) -> None:
        assert staffed.teams.hours is not None
        short = Holiday(on=opening.date(), hours=(Hours(opens="11:00", closes="11:02"),))
        next_week = opening + timedelta(days=7)
        staffed.teams.hours = staffed.teams.hours.model_copy(
            update={"holidays": (short, Holiday(on=next_week.date(), name="Closed"))}
        )
        await staffed.say("a person")
        late = opening.replace(hour=11)
        assert (await staffed.until_state(State.ESCALATED))["deadline"] == late
        await time_skipping_env.sleep(late - await staffed.now() + timedelta(hours=1))
        row = await staffed.until(lambda row: row["deadline"] > late + timedelta(hours=1))
        assert row["deadline"] == opening + timedelta(days=14)
        assert await first_call(staffed) == late


class TestAvailability:
    async def test_what_the_visitor_hears_follows_who_comes_and_goes(
        self, staffed: Desk, time_skipping_env: WorkflowEnvironment
    ) -> None:
        nobody = replace(REACHABLE, there=dict.fromkeys(REACHABLE.there, 0))
        staffed.teams.standing = nobody
        await staffed.say("a person")
        await staffed.until_state(State.ESCALATED)
        assert "Nobody of our team is at their desk" in (await staffed.texts())[-1]
        assert (await told(staffed))[0] == ("team", "inbox", "nobody_there")

        staffed.teams.standing = REACHABLE
        await time_skipping_env.sleep(timedelta(minutes=1, seconds=5))
        await _until(staffed, count_of(2, "inbox"))
        assert ("team", "inbox", "delivered") in await told(staffed)
        await staffed.claim(ADA)
        staffed.teams.standing = nobody
        await staffed.handle.signal(ConversationWorkflow.owner_left, OwnerLeft(ADA.id))
        row = await staffed.until_state(State.ESCALATED)
        texts = [event["text"] for event in await staffed.events() if event["author_kind"] == "assistant"]
        assert sum("Nobody of our team" in text for text in texts) == 1, "the visitor knows"
        assert row["waiting_since"] is not None

    @pytest.mark.parametrize("audience", [Audience.TEAM, Audience.EVERYBODY, Audience.FALLBACK, Audience.SUPERVISORS])
    @pytest.mark.parametrize("policy", [ServicePolicy()])
    async def test_every_audience_of_a_ladder_is_told_and_told_again_with_back_off(
        self, audience: Audience, policy: ServicePolicy, staffed: Desk, time_skipping_env: WorkflowEnvironment
    ) -> None:
        own = ServicePolicy(
            ladder=(LadderStep(after=timedelta(minutes=5), audience=audience),),
            repeat_every=timedelta(minutes=10),
            repeat_at_most=timedelta(minutes=15),
        )
        staffed.teams.standing = replace(REACHABLE, version=1, policy=own)
        await staffed.say("a person")
        row = await staffed.until_state(State.ESCALATED)
        began = row["waiting_since"]
        for _ in range(4):
            due = row["deadline"]
            await time_skipping_env.sleep(due - await staffed.now() + timedelta(seconds=1))
            row = await staffed.until(lambda row, due=due: row["deadline"] > due)  # type: ignore[misc]
        alerts = [event for event in await staffed.events() if event["type"] == "alert"]
        inbox = [event for event in alerts if event["data"]["channel"] == "inbox"]
        assert [round((event["at"] - began) / timedelta(minutes=1)) for event in inbox] == [0, 5, 15, 30, 45]
        assert {event["data"]["audience"] for event in inbox[1:]} == {audience.value}


class TestChannels:
    async def test_are_told_by_the_ladder_and_each_outcome_is_written_down(
        self, staffed: Desk, time_skipping_env: WorkflowEnvironment
    ) -> None:
        await staffed.say("a person")
        await staffed.until_state(State.ESCALATED)
        for minutes, channel in ((0, "push"), (1, "email"), (3, "webhook:ops")):
            await time_skipping_env.sleep(timedelta(minutes=minutes))
            await _until(staffed, count_of(1, channel))
        assert sorted(set(await told(staffed))) == [
            ("supervisors", "inbox", "delivered"),
            ("supervisors", "webhook:ops", "delivered"),
            ("team", "email", "delivered"),
            ("team", "inbox", "delivered"),
            ("team", "push", "delivered"),
        ]

    async def test_one_that_fails_for_good_moves_the_ladder_on_at_once(self, staffed: Desk) -> None:
        staffed.channels.outcomes["push"] = Told(False, why="nobody has a browser")
        await staffed.say("a person")
        row = await staffed.until_state(State.ESCALATED)
        # Nobody skips time here: the e-mail of the first minute goes out before it has passed.
        await _until(staffed, count_of(1, "email"))
        mailed = next(e for e in await staffed.events() if e["type"] == "alert" and e["data"]["channel"] == "email")
        assert mailed["at"] - row["waiting_since"] < timedelta(seconds=55)
        assert ("team", "push", "failed") in await told(staffed)

    async def test_one_that_is_down_is_tried_again_and_then_has_failed(
        self, staffed: Desk, time_skipping_env: WorkflowEnvironment
    ) -> None:
        staffed.channels.outcomes["push"] = DOWN
        await staffed.say("a person")
        await staffed.until_state(State.ESCALATED)
        await time_skipping_env.sleep(timedelta(minutes=2))
        await _until(staffed, count_of(1, "push"))
        tries = [telling for telling in staffed.channels.tellings if telling.channel == "push"]
        assert len(tries) > 1
        failed = next(e["data"] for e in await staffed.events() if e["data"].get("channel") == "push")
        assert (failed["outcome"], failed["recipients"]) == ("failed", 0)
        assert failed["why"] == "the receiver is down"

    async def test_that_are_still_being_tried_are_called_off_by_a_claim(self, staffed: Desk) -> None:
        staffed.channels.outcomes["push"] = DOWN
        await staffed.say("a person")
        await staffed.until_state(State.ESCALATED)
        await staffed.until_true(lambda: _true(bool(staffed.channels.tellings)))
        await staffed.claim(ADA)

        async def called_off() -> bool:
            history = await staffed.handle.fetch_history()
            return any(
                event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED for event in history.events
            )

        await staffed.until_true(called_off, seconds=30)
        await _until(staffed, count_of(1, "push"))
        assert ("team", "push", "called_off") in await told(staffed)

    async def test_that_went_out_while_it_was_taken_are_still_written_down(self, staffed: Desk) -> None:
        staffed.channels.gate = asyncio.Event()
        await staffed.say("a person")
        await staffed.until_state(State.ESCALATED)
        await staffed.until_true(lambda: _true(bool(staffed.channels.tellings)))
        await staffed.claim(ADA)
        for number in range(3):
            # Each is a step of the workflow while the telling is being called off.
            await staffed.handle.execute_update(ConversationWorkflow.note, Say(ADA, f"n{number}", "a note"))
        staffed.channels.gate.set()
        await _until(staffed, count_of(1, "push"))
        assert ("team", "push", "delivered") in await told(staffed)
        assert (await staffed.row())["state"] == State.HUMAN_OWNED

    async def test_mail_the_answer_to_a_visitor_who_was_promised_it(self, staffed: Desk) -> None:
        await staffed.promise_mail()
        await staffed.handle.execute_update(ConversationWorkflow.reply, Say(ADA, "r1", "All done."))
        await _until(staffed, count_of(1, "email"))
        [telling] = staffed.channels.tellings
        assert (telling.audience, telling.event_id, telling.address) == (Audience.VISITOR, "r1", "ann@example.com")
        assert (await told(staffed))[-1] == ("visitor", "email", "delivered")

    async def test_mail_the_assistants_answer_too_where_the_chat_was_given_back(self, staffed: Desk) -> None:
        await staffed.promise_mail()
        await staffed.say("hello")
        await staffed.handle.execute_update(ConversationWorkflow.release, Release(ADA, to_assistant=True))
        await staffed.until_said("You said: hello")
        await _until(staffed, count_of(1, "email"))
        [answer] = [event for event in await staffed.events() if event["text"] == "You said: hello"]
        [telling] = staffed.channels.tellings
        assert (telling.event_id, telling.address) == (str(answer["id"]), "ann@example.com")
        [wait] = ledger(await waits.log(staffed.database, UUID(staffed.conversation_id))).waits
        assert wait.steps[-1].alert is not None
        assert (wait.steps[-1].alert.audience, wait.steps[-1].alert.outcome) == ("visitor", "delivered")


class TestAChangedPolicy:
    async def test_reaches_a_running_conversation_with_its_next_transition(self, quick_desk: Desk) -> None:
        slow = ServicePolicy(ladder=(LadderStep(after=timedelta(hours=2), audience=Audience.TEAM),))
        await quick_desk.say("a person")
        row = await quick_desk.until_state(State.ESCALATED)
        quick_desk.teams.standing = Standing("", 5, policy=slow)
        await quick_desk.say("hello?")
        await quick_desk.until_said("hello?")
        assert (await quick_desk.row())["deadline"] == row["deadline"], "a message is no transition"
        await quick_desk.handle.execute_update(ConversationWorkflow.transfer, Transfer(ADA, team="billing"))
        moved = await quick_desk.row()
        assert moved["deadline"] - row["deadline"] > timedelta(hours=1, minutes=50)
        await quick_desk.claim(ADA)
        quick_desk.teams.standing = Standing("", 6, policy=LADDER)
        await quick_desk.handle.execute_update(ConversationWorkflow.release, Release(ADA, to_assistant=False))
        again = (await quick_desk.row())["deadline"] - await quick_desk.now()
        assert again <= timedelta(minutes=1)
        assert [question.version for question in quick_desk.teams.asked][-2:] == [5, 5]

    async def test_is_not_waited_for_where_it_cannot_be_read(self, quick_desk: Desk) -> None:
        quick_desk.teams.fails = True
        await quick_desk.say("a person")
        row = await quick_desk.until_state(State.ESCALATED)
        assert row["deadline"] is not None
        assert await quick_desk.claim(ADA) == ADA


def last_sunday(month: int, after: datetime) -> datetime:
    """Its first moment, in UTC: when clocks are changed in Europe, in the year that comes next."""
    for year in (after.year, after.year + 1):
        last = datetime(year, month, 31, tzinfo=UTC)
        sunday = last - timedelta(days=(last.weekday() + 1) % 7)
        if sunday > after:
            return sunday
    raise AssertionError("there is one every year")


async def first_call(desk: Desk) -> datetime:
    """When the team was told first, after it had been told at once; without what the engine took."""
    calls: list[datetime] = [event["at"] for event in await desk.events() if event["type"] == "alert"]
    assert calls[1].second < 30
    return calls[1].replace(second=0, microsecond=0)


async def _true(value: bool) -> bool:
    return value


async def _until(desk: Desk, condition: Any) -> None:
    async def holds() -> bool:
        return bool(await condition(desk))

    await desk.until_true(holds, seconds=30)
