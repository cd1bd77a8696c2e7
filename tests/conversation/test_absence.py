"""Out of hours and with nobody there: what the visitor is told, when it is due, and who hears of it over what."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from chatref.conversation.conversation import Conversation
from chatref.conversation.deadlines import Deadline, DeadlineKind
from chatref.conversation.events import AuthorKind, Event, EventType, State
from chatref.conversation.policy import Audience, LadderStep, ServicePolicy
from chatref.conversation.standing import Standing, Telling, Told
from chatref.conversation.state import ConversationState
from chatref.conversation.turns import Outcome, OutcomeKind, VisitorMessage
from chatref.conversation.waits import StepKind, ledger
from tests.conversation.test_conversation import ADA, START, after, escalate

OPENS = after(hours=14)
OPEN = Standing("support", 1, there=dict.fromkeys((Audience.TEAM, Audience.EVERYBODY), 1))
MAILS = frozenset({"email"})
CLOSED = replace(OPEN, opens_at=OPENS, opens_words="tomorrow at 09:00", channels=MAILS)
EMPTY = replace(OPEN, there=dict.fromkeys((Audience.TEAM, Audience.EVERYBODY), 0))
REACHABLE = frozenset({"push", "email", "webhook:ops"})
LADDER = (
    LadderStep(after=timedelta(minutes=1), audience=Audience.TEAM, channels=("inbox", "email")),
    LadderStep(
        after=timedelta(minutes=3), audience=Audience.SUPERVISORS, channels=("webhook:ops",), say="Still on it."
    ),
)


def conversation(policy: ServicePolicy | None = None) -> Conversation:
    ids = count(1)
    return Conversation(
        ConversationState("c", active_at=START), policy or ServicePolicy(), "support", lambda: str(UUID(int=next(ids)))
    )


def escalated(standing: Standing, policy: ServicePolicy | None = None) -> Conversation:
    here = conversation(policy)
    here.learn(standing)
    escalate(here)
    return here


def said(events: tuple[Event, ...]) -> list[str]:
    return [event.text for event in events if event.author.kind is AuthorKind.ASSISTANT]


def alerts(events: tuple[Event, ...]) -> list[tuple[str, str, str]]:
    told = [event.data for event in events if event.type is EventType.ALERT]
    return [(data["audience"], data["channel"], data["outcome"]) for data in told]


def write(here: Conversation, text: str, minutes: float = 1, **details: str) -> None:
    now = after(minutes=minutes)
    here.visitor_wrote(VisitorMessage(f"m{text}{minutes}", text, now, details=details), now)


class TestOutOfHours:
    def test_the_visitor_hears_when_the_team_is_back_and_the_deadline_is_then(self) -> None:
        here = escalated(CLOSED)
        assert here.deadline == Deadline(DeadlineKind.OPENING, OPENS)
        [text] = said(here.take_events())
        assert "Our team is back tomorrow at 09:00." in text
        assert "e-mail" in text

    def test_nothing_is_promised_that_this_installation_cannot_send(self) -> None:
        here = escalated(replace(CLOSED, channels=frozenset()))
        events = here.take_events()
        [text] = said(events)
        assert "Our team is back tomorrow at 09:00. You will find the answer here." in text
        assert not [event for event in events if "form" in event.data]
        write(here, "ann@example.com")
        here.reply(ADA, "r1", "Done.", after(hours=14))
        assert said(here.take_events()) == []
        assert here.take_tellings() == ()

    def test_the_ledger_says_that_the_visitor_was_told(self) -> None:
        here = escalated(CLOSED)
        [wait] = ledger(here.take_events()).waits
        assert [step.kind for step in wait.steps] == [StepKind.BEGAN, StepKind.TOLD, StepKind.ALERTED]

    def test_whoever_was_told_that_nobody_is_there_hears_when_the_team_is_back_once_it_has_closed(self) -> None:
        here = escalated(replace(EMPTY, closes_at=after(minutes=4)))
        here.claim(ADA, after(minutes=1))
        here.overdue(after(minutes=3))
        here.take_events()
        here.learn(CLOSED)
        here.overdue(after(minutes=6))
        assert here.deadline == Deadline(DeadlineKind.OPENING, OPENS)
        [text] = said(here.take_events())
        assert "Our team is back tomorrow at 09:00." in text

    def test_another_team_that_opens_later_is_no_secret(self) -> None:
        here = escalated(CLOSED)
        here.take_events()
        here.learn(replace(CLOSED, team="billing", opens_at=after(days=3), opens_words="Monday at 09:00"))
        here.transfer_to_team(ADA, "billing", after(minutes=5))
        [text] = said(here.take_events())
        assert "Our team is back Monday at 09:00." in text

    def test_an_opening_that_has_come_opens_though_nothing_new_is_known(self) -> None:
        here = escalated(CLOSED)
        here.take_events()
        here.overdue(OPENS)
        assert alerts(here.take_events()) == [("team", "inbox", "delivered")]
        assert here.deadline == Deadline(DeadlineKind.ALERT_AGAIN, OPENS + timedelta(minutes=1))

    def test_each_pause_stands_in_the_log(self) -> None:
        """Or the inbox would show, and the check of waits find, a deadline that is none any more."""
        here = escalated(CLOSED)
        here.learn(replace(OPEN, team="billing", closes_at=after(minutes=7)))
        here.transfer_to_team(ADA, "billing", after(minutes=5))
        here.overdue(after(minutes=6))
        here.take_events()
        here.learn(replace(CLOSED, team="billing"))
        here.overdue(after(minutes=7))
        events = here.take_events()
        assert here.deadline == Deadline(DeadlineKind.OPENING, OPENS)
        assert events[-1].data["deadline"] == OPENS.isoformat()

    def test_the_same_is_not_told_twice(self) -> None:
        here = escalated(CLOSED)
        here.take_events()
        here.claim(ADA, after(minutes=5))
        here.release_to_queue(ADA, after(minutes=6))
        # The team's clock has not come to the opening that the timer was set to.
        here.overdue(OPENS)
        assert said(here.take_events()) == []

    def test_nobody_is_called_at_home(self) -> None:
        here = escalated(replace(CLOSED, channels=REACHABLE))
        assert alerts(here.take_events()) == [("team", "inbox", "delivered")]
        assert here.take_tellings() == ()

    def test_the_team_is_alerted_when_it_opens_and_its_clock_starts_then(self) -> None:
        here = escalated(CLOSED)
        here.take_events()
        here.learn(OPEN)
        here.overdue(OPENS)
        assert alerts(here.take_events()) == [("team", "inbox", "delivered")]
        assert here.deadline == Deadline(DeadlineKind.ALERT_AGAIN, OPENS + timedelta(minutes=1))

    def test_a_team_that_opens_later_after_all_says_so(self) -> None:
        here = escalated(CLOSED)
        here.take_events()
        later = OPENS + timedelta(days=1)
        here.learn(replace(CLOSED, opens_at=later, opens_words="the day after tomorrow"))
        here.overdue(OPENS)
        [text] = said(here.take_events())
        assert "the day after tomorrow" in text
        assert here.deadline == Deadline(DeadlineKind.OPENING, later)

    def test_a_target_does_not_run_while_the_team_is_away(self) -> None:
        here = escalated(CLOSED)
        assert here.state.wait is not None
        assert here.state.wait.target == OPENS + ServicePolicy().first_response

    def target(self, here: Conversation) -> timedelta:
        """How long after opening."""
        assert here.state.wait is not None
        assert here.state.wait.target is not None
        return here.state.wait.target - OPENS

    def test_a_target_is_the_same_however_often_the_wait_is_handed_on_meanwhile(self) -> None:
        here = escalated(CLOSED)
        here.transfer_to_team(ADA, here.team, after(minutes=3))
        assert self.target(here) == ServicePolicy().first_response
        here.learn(replace(CLOSED, opens_at=OPENS + timedelta(hours=1)))
        here.overdue(OPENS)
        assert self.target(here) == timedelta(hours=1) + ServicePolicy().first_response
        here.learn(OPEN)
        here.overdue(OPENS + timedelta(hours=2))
        assert self.target(here) == timedelta(hours=1) + ServicePolicy().first_response, "late is late"

    def test_what_is_left_of_a_target_is_left_at_opening(self) -> None:
        here = escalated(OPEN)
        here.learn(CLOSED)
        here.overdue(after(minutes=1))
        assert self.target(here) == ServicePolicy().first_response - timedelta(minutes=1)

    def test_a_target_that_was_missed_before_closing_stays_missed(self) -> None:
        here = escalated(OPEN)
        here.learn(CLOSED)
        here.overdue(after(hours=1))
        assert here.state.wait is not None
        assert here.state.wait.target == START + ServicePolicy().first_response

    def test_a_target_runs_again_with_whoever_takes_the_chat_all_the_same(self) -> None:
        here = escalated(CLOSED)
        here.claim(ADA, after(minutes=5))
        assert here.state.wait is not None
        assert here.state.wait.target == after(minutes=5) + ServicePolicy().first_response

    def test_a_wait_that_spans_closing_is_told_at_closing(self) -> None:
        closes = after(minutes=2)
        here = escalated(replace(OPEN, closes_at=closes))
        here.take_events()
        here.overdue(after(minutes=1))
        assert here.deadline == Deadline(DeadlineKind.CLOSING, closes)
        here.take_events()
        here.learn(CLOSED)
        here.overdue(closes)
        events = here.take_events()
        assert [text.startswith("Our team is back") for text in said(events)] == [True]
        assert alerts(events) == []
        assert here.deadline == Deadline(DeadlineKind.OPENING, OPENS)

    def test_a_team_that_stays_longer_after_all_is_alerted_again(self) -> None:
        closes = after(seconds=30)
        here = escalated(replace(OPEN, closes_at=closes))
        here.learn(replace(OPEN, closes_at=after(hours=3)))
        here.take_events()
        here.overdue(closes)
        assert alerts(here.take_events()) == [("team", "inbox", "delivered")]
        assert here.deadline == Deadline(DeadlineKind.ALERT_AGAIN, after(minutes=3))

    def test_where_nothing_is_known_at_closing_it_goes_on(self) -> None:
        here = escalated(replace(OPEN, closes_at=after(seconds=30)))
        here._standings.clear()
        here.overdue(after(seconds=30))
        assert here.deadline == Deadline(DeadlineKind.ALERT_AGAIN, after(minutes=3))

    def test_an_agent_who_is_there_all_the_same_may_take_it(self) -> None:
        here = escalated(CLOSED)
        here.claim(ADA, after(minutes=5))
        assert here.deadline == Deadline(DeadlineKind.ALERT_OWNER, after(minutes=7))


class TestWithNobodyThere:
    def test_the_visitor_hears_it_once_and_the_ladder_climbs(self) -> None:
        here = escalated(EMPTY)
        events = here.take_events()
        [text] = said(events)
        assert "Nobody of our team is at their desk" in text
        assert alerts(events) == [("team", "inbox", "nobody_there")]
        for minutes in (1, 3, 10):
            here.overdue(after(minutes=minutes))
        events = here.take_events()
        assert said(events) == []
        assert len(alerts(events)) == 3

    def test_it_is_told_when_the_last_one_leaves(self) -> None:
        here = escalated(OPEN)
        here.take_events()
        here.learn(EMPTY)
        here.overdue(after(minutes=1))
        [text] = said(here.take_events())
        assert "Nobody of our team" in text

    def test_nothing_is_promised_where_it_is_not_known_who_is_there(self) -> None:
        here = escalated(replace(OPEN, there={}))
        [text] = said(here.take_events())
        assert "Nobody" not in text

    def test_no_automatic_message_ends_the_wait(self) -> None:
        here = escalated(EMPTY)
        write(here, "ann@example.com")
        for hours in range(1, 30):
            here.overdue(after(hours=hours))
            assert here.state.wait is not None
            assert here.deadline is not None


class TestTheAddress:
    @pytest.fixture
    def here(self) -> Conversation:
        here = escalated(CLOSED)
        here.take_events()
        return here

    def test_is_taken_from_what_the_visitor_writes(self, here: Conversation) -> None:
        write(here, "sure, it's Ann.Lee@Example.com.")
        assert here.state.email == "Ann.Lee@example.com"
        events = here.take_events()
        assert [event.data["value"] for event in events if event.type is EventType.DETAIL] == ["Ann.Lee@example.com"]
        [text] = said(events)
        assert text.startswith("Thank you. The answer will reach you here and at Ann.Lee@example.com.")

    @pytest.mark.parametrize(
        "text",
        [
            "I was charged twice by billing@othershop.com",
            "billing@othershop.com never answers",
            "My old one was old@example.com and the new one is lost",
            "a@example.com or b@example.com",
            "Should I email support@shop.com?",
            "Is support@shop.com your address?",
            "is this you: support@shop.com",
            "My email is not hr@corp.com",
            "no, not old@example.com",
            "I will email support@example.com",
            "my address is m'baye@example.com",
        ],
    )
    def test_that_may_be_somebody_elses_is_asked_about(self, here: Conversation, text: str) -> None:
        write(here, text)
        assert here.state.email == ""
        [event] = [event for event in here.take_events() if event.author.kind is AuthorKind.ASSISTANT]
        assert event.text.startswith("Is that your address?")
        assert event.data["form"]

    @pytest.mark.parametrize(
        "text",
        [
            "ann@example.com",
            "no, it's ann@example.com, sorry",
            "that was wrong, it\u2019s ann@example.com",
            "Typo! ann@example.com",
            "You can reach me at ann@example.com.",
            "My e-mail address is (ann@example.com)",
        ],
    )
    def test_that_was_wrong_is_corrected(self, here: Conversation, text: str) -> None:
        write(here, "ann@exmaple.com")
        write(here, text, 2)
        here.reply(ADA, "r1", "Done.", after(hours=14))
        assert [telling.address for telling in here.take_tellings()] == ["ann@example.com"]

    def test_that_is_known_stays_and_one_that_is_written_about_is_asked_about(self, here: Conversation) -> None:
        write(here, "ann@example.com")
        here.take_events()
        write(here, "The parcel went to bob@example.org by mistake", 2)
        assert here.state.email == "ann@example.com"
        [text] = said(here.take_events())
        assert text.startswith("Is that your address?")
        write(here, "and ann@example.com has heard nothing", 3)
        assert said(here.take_events()) == [], "that one is known"

    def test_may_have_an_apostrophe(self, here: Conversation) -> None:
        write(here, "o'brien@example.com")
        assert here.state.email == "o'brien@example.com"

    def test_that_comes_after_somebody_took_the_chat_is_taken_without_a_word(self, here: Conversation) -> None:
        here.claim(ADA, after(minutes=1))
        here.take_events()
        write(here, "ann@example.com", 2)
        assert said(here.take_events()) == []
        here.reply(ADA, "r1", "Done.", after(minutes=3))
        assert [telling.address for telling in here.take_tellings()] == ["ann@example.com"]

    def test_is_asked_for_again_with_each_promise(self, here: Conversation) -> None:
        for minutes in range(1, 6):
            write(here, "ann@example", minutes)
        here.take_events()
        here.learn(replace(CLOSED, opens_at=OPENS + timedelta(days=1)))
        here.overdue(OPENS)
        here.take_events()
        write(here, "ann@example", 15 * 60)
        assert len(said(here.take_events())) == 1

    def test_gets_the_answer_also_after_the_assistant_had_the_chat_again(self, here: Conversation) -> None:
        write(here, "ann@example.com")
        here.release_to_assistant(ADA, after(minutes=5))
        here.reply(ADA, "r1", "Done.", after(hours=14))
        assert [telling.address for telling in here.take_tellings()] == ["ann@example.com"]

    def test_gets_the_answer_of_the_assistant_where_the_chat_was_given_back(self) -> None:
        here = escalated(CLOSED)
        write(here, "ann@example.com")
        write(here, "Do you ship abroad?", 2)
        here.release_to_assistant(ADA, after(minutes=5))
        turn = here.pending_turn()
        assert turn is not None
        here.commit(Outcome(OutcomeKind.ANSWER, text="Yes, we do."), turn.answers_seq, after(minutes=5))
        [telling] = here.take_tellings()
        here.told(telling, Told(True, 1), after(minutes=6))
        events = here.take_events()
        [answer] = [event for event in events if event.text == "Yes, we do."]
        assert (telling.event_id, telling.address) == (answer.id, "ann@example.com")
        [wait] = ledger(events).waits
        assert wait.steps[-1].alert is not None
        write(here, "Thank you!", 7)
        turn = here.pending_turn()
        assert turn is not None
        here.commit(Outcome(OutcomeKind.ANSWER, text="You are welcome."), turn.answers_seq, after(minutes=7))
        assert here.take_tellings() == (), "whoever writes again is here"

    def test_is_taken_from_the_form(self, here: Conversation) -> None:
        write(here, "E-mail address: ann@example.com", email="ann@example.com")
        assert here.state.email == "ann@example.com"

    def test_that_is_none_is_asked_for_again_but_not_for_ever(self, here: Conversation) -> None:
        for minutes in range(1, 6):
            write(here, "ann@example", minutes)
        assert said(here.take_events()) == ["That does not look like an e-mail address. Could you check it?"] * 2
        assert here.state.email == ""

    def test_is_not_looked_for_in_anything_else(self, here: Conversation) -> None:
        write(here, "are you there?")
        assert said(here.take_events()) == []

    def test_that_is_known_is_not_asked_for(self) -> None:
        here = conversation()
        here.state.email = "ann@example.com"
        here.learn(CLOSED)
        escalate(here)
        events = here.take_events()
        assert "The answer will also reach you at ann@example.com." in said(events)[0]
        assert not [event for event in events if "form" in event.data]

    def test_gets_the_answer_and_what_follows_until_the_visitor_is_back(self, here: Conversation) -> None:
        write(here, "ann@example.com")
        here.reply(ADA, "r1", "Done.", after(hours=14))
        here.reply(ADA, "r2", "And sent.", after(hours=14, minutes=1))
        assert [(telling.event_id, telling.address) for telling in here.take_tellings()] == [
            ("r1", "ann@example.com"),
            ("r2", "ann@example.com"),
        ]
        write(here, "Thank you!", 900)
        here.reply(ADA, "r3", "You are welcome.", after(hours=16))
        assert here.take_tellings() == ()

    def test_and_what_came_of_mailing_it_stand_in_the_ledger(self, here: Conversation) -> None:
        here = escalated(CLOSED)
        write(here, "ann@example.com")
        here.reply(ADA, "r1", "Done.", after(hours=14))
        [telling] = here.take_tellings()
        here.told(telling, Told(False, why="the mail server did not take it"), after(hours=14, seconds=1))
        [wait] = ledger(here.take_events()).waits
        assert wait.ended_at == after(hours=14)
        assert wait.deadline is None
        [*_, last] = wait.steps
        assert last.alert is not None
        assert (last.alert.audience, last.alert.outcome) == ("visitor", "failed")

    def test_and_belong_to_the_wait_that_it_ended(self) -> None:
        here = escalated(CLOSED)
        write(here, "ann@example.com")
        here.reply(ADA, "r1", "Done.", after(hours=14))
        [telling] = here.take_tellings()
        write(here, "And the other one?", minutes=14 * 60 + 1)
        here.told(telling, Told(True, 1), after(hours=14, minutes=2))
        first, second = ledger(here.take_events()).waits
        assert first.steps[-1].alert is not None
        assert not [step for step in second.steps if step.alert]

    def test_is_not_written_to_where_the_visitor_was_never_told(self) -> None:
        here = conversation()
        here.state.email = "ann@example.com"
        here.learn(OPEN)
        escalate(here)
        here.reply(ADA, "r1", "Hello!", after(minutes=1))
        assert here.take_tellings() == ()


class TestTheLaddersChannels:
    @pytest.fixture
    def here(self) -> Conversation:
        return escalated(replace(OPEN, channels=REACHABLE), ServicePolicy(ladder=LADDER, at_once=("inbox", "push")))

    def test_are_those_of_the_step_that_are_set_up(self, here: Conversation) -> None:
        told = [[(each.audience, each.channel) for each in here.take_tellings()]]
        for minutes in (1, 3):
            here.overdue(after(minutes=minutes))
            told.append([(each.audience, each.channel) for each in here.take_tellings()])
        assert told == [
            [(Audience.TEAM, "push")],
            [(Audience.TEAM, "email")],
            [(Audience.SUPERVISORS, "webhook:ops")],
        ]

    def test_the_visitor_hears_what_the_step_says_and_not_again_with_its_repeats(self, here: Conversation) -> None:
        here.take_events()
        for minutes in (1, 3, 13):
            here.overdue(after(minutes=minutes))
        assert said(here.take_events()) == ["Still on it."]

    @pytest.mark.parametrize(
        ("outcome", "due"), [(Told(True, 2), after(minutes=1)), (Told(False, why="no"), after(seconds=5))]
    )
    def test_one_that_failed_moves_the_ladder_on_at_once(self, here: Conversation, outcome: Told, due: Any) -> None:
        [telling] = here.take_tellings()
        here.told(telling, outcome, after(seconds=5))
        assert here.deadline == Deadline(DeadlineKind.ALERT_AGAIN, due)
        told = here.take_events()[-1].data
        assert (told["channel"], told["outcome"]) == ("push", "delivered" if outcome.delivered else "failed")

    def test_the_step_after_one_that_failed_is_due_at_its_own_time(self, here: Conversation) -> None:
        [telling] = here.take_tellings()
        here.told(telling, Told(False), after(seconds=5))
        here.overdue(after(seconds=5))
        assert here.deadline == Deadline(DeadlineKind.ALERT_AGAIN, after(minutes=3))

    def test_that_stay_broken_do_not_shorten_the_pauses_between_repeats(self, here: Conversation) -> None:
        def fail(telling: Telling) -> None:
            here.told(telling, Told(False, why="down"), after(seconds=5))

        for telling in here.take_tellings():
            fail(telling)
        for _ in range(5):
            here.overdue(after(seconds=5))
            for telling in here.take_tellings():
                fail(telling)
        assert here.state.wait is not None
        assert here.state.wait.step == len(LADDER)
        assert here.deadline == Deadline(DeadlineKind.ALERT_AGAIN, after(minutes=13))

    def test_that_none_of_them_has_have_not_failed(self, here: Conversation) -> None:
        [telling] = here.take_tellings()
        here.told(telling, Told(False, why="no browser", nobody=True), after(seconds=5))
        assert here.deadline == Deadline(DeadlineKind.ALERT_AGAIN, after(minutes=1))
        assert alerts(here.take_events())[-1] == ("team", "push", "nobody_there")

    def test_that_were_called_off_are_said_to_be(self, here: Conversation) -> None:
        [telling] = here.take_tellings()
        here.claim(ADA, after(seconds=4))
        here.told(telling, Told(False, called_off=True), after(seconds=5))
        assert alerts(here.take_events())[-1] == ("team", "push", "called_off")

    def test_a_failure_from_before_it_was_handed_on_moves_nothing(self, here: Conversation) -> None:
        [telling] = here.take_tellings()
        here.claim(ADA, after(seconds=4))
        here.release_to_queue(ADA, after(seconds=5))
        before = here.deadline
        here.told(telling, Told(False, why="late"), after(seconds=6))
        assert here.deadline == before

    def test_a_late_failure_changes_nothing_for_whoever_took_it(self, here: Conversation) -> None:
        [telling] = here.take_tellings()
        here.claim(ADA, after(seconds=4))
        before = here.deadline
        here.told(telling, Told(False), after(seconds=5))
        assert here.deadline == before
        assert here.state.state is State.HUMAN_OWNED


class TestAnOffer:
    def test_calls_the_agent_and_leaves_the_chat_to_anybody(self) -> None:
        here = escalated(replace(OPEN, channels=REACHABLE))
        here.take_events()
        here.take_tellings()
        here.offer(ADA, after(seconds=3))
        assert alerts(here.take_events()) == [("agent", "inbox", "delivered")]
        assert [(each.audience, each.agent) for each in here.take_tellings()] == [(Audience.AGENT, ADA.id)]
        assert here.deadline == Deadline(DeadlineKind.ALERT_AGAIN, after(minutes=1))

    def test_that_reaches_nobody_leaves_the_ladder_as_it_is(self) -> None:
        here = escalated(replace(OPEN, channels=REACHABLE, agents={ADA.id: False}))
        here.take_events()
        here.take_tellings()
        here.offer(ADA, after(seconds=3))
        assert alerts(here.take_events()) == [("agent", "inbox", "nobody_there")]
        [telling] = here.take_tellings()
        here.told(telling, Told(False, why="down"), after(seconds=4))
        assert here.deadline == Deadline(DeadlineKind.ALERT_AGAIN, after(minutes=1))

    def test_of_a_chat_that_has_been_taken_is_none(self) -> None:
        here = escalated(OPEN)
        here.claim(ADA, START)
        here.take_events()
        here.offer(ADA, START)
        assert here.take_events() == ()


class TestAnOwnerWhoIsNotThere:
    def test_is_not_said_to_have_been_told(self) -> None:
        here = escalated(OPEN)
        here.claim(ADA, after(minutes=1))
        here.take_events()
        here.learn(replace(OPEN, agents={ADA.id: False}))
        here.overdue(after(minutes=3))
        assert alerts(here.take_events()) == [("owner", "inbox", "nobody_there")]


class TestAnOwnerWhoLeaves:
    def test_leaves_a_waiting_visitor_to_the_queue(self) -> None:
        here = escalated(OPEN)
        here.claim(ADA, after(minutes=1))
        here.take_events()
        here.owner_left(ADA.id, after(minutes=2))
        assert here.state.state is State.ESCALATED
        assert here.state.owner is None
        assert here.state.wait is not None
        assert here.state.wait.since == START
        assert alerts(here.take_events()) == [("team", "inbox", "delivered")]

    @pytest.mark.parametrize("leaves", ["somebody else", ADA.id])
    def test_keeps_a_visitor_who_is_not_waiting(self, leaves: str) -> None:
        here = escalated(OPEN)
        if leaves == ADA.id:
            here.reply(ADA, "r1", "Hello", after(minutes=1))
        else:
            here.claim(ADA, after(minutes=1))
        here.owner_left(leaves, after(minutes=2))
        assert here.state.owner == ADA


class TestARunFromBefore:
    """It keeps to the rules that led to the commands in its history."""

    @pytest.fixture
    def here(self) -> Conversation:
        here = conversation()
        here._older = True
        here.learn(replace(CLOSED, channels=frozenset()))
        escalate(here)
        here.take_events()
        return here

    def test_mails_whoever_named_an_address(self, here: Conversation) -> None:
        write(here, "I was charged twice by billing@othershop.com")
        here.reply(ADA, "r1", "Done.", after(hours=14))
        assert [telling.address for telling in here.take_tellings()] == ["billing@othershop.com"]

    def test_moves_on_when_anybody_could_not_be_told(self) -> None:
        here = conversation()
        here._older = True
        here.learn(replace(OPEN, channels=REACHABLE))
        escalate(here)
        here.take_tellings()
        here.offer(ADA, after(seconds=3))
        [telling] = here.take_tellings()
        here.told(telling, Told(False, why="down"), after(seconds=4))
        assert here.deadline == Deadline(DeadlineKind.ALERT_AGAIN, after(seconds=4))


class TestAChangedPolicy:
    QUICK = ServicePolicy(ladder=(LadderStep(after=timedelta(seconds=10), audience=Audience.TEAM),))

    @pytest.mark.parametrize(
        ("move", "kind"),
        [
            (lambda here: here.transfer_to_team(ADA, "support", after(seconds=20)), DeadlineKind.ALERT_AGAIN),
            (lambda here: here.claim(ADA, after(seconds=20)), DeadlineKind.ALERT_OWNER),
            (lambda here: here.overdue(after(minutes=1)), DeadlineKind.ALERT_AGAIN),
        ],
    )
    def test_counts_from_the_next_transition_on(
        self, move: Callable[[Conversation], object], kind: DeadlineKind
    ) -> None:
        here = escalated(OPEN)
        here.learn(replace(OPEN, version=2, policy=self.QUICK))
        assert here.deadline == Deadline(DeadlineKind.ALERT_AGAIN, after(minutes=1)), "not before"
        move(here)
        assert (here.version, here.policy) == (2, self.QUICK)
        assert here.deadline is not None
        assert here.deadline.kind is kind

    def test_does_not_count_where_nothing_moved(self) -> None:
        here = escalated(OPEN)
        here.learn(replace(OPEN, version=2, policy=self.QUICK))
        write(here, "hello?")
        assert here.version == 0

    def test_is_that_of_the_team_it_goes_to(self) -> None:
        here = escalated(OPEN)
        here.learn(replace(OPEN, team="billing", version=7, policy=self.QUICK))
        here.transfer_to_team(ADA, "billing", after(seconds=5))
        assert here.deadline == Deadline(DeadlineKind.ALERT_AGAIN, after(seconds=15))
        assert here.take_events()[-2].data["policy_version"] == 7
