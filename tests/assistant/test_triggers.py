"""Which action a sentence asks for, and the sentences that only sound as if they did."""

import time
from functools import cache

import pytest

from chatref.assistant.triggers import Triggers
from chatref.conversation.actions import DEFAULT_THRESHOLD, ActionKind, CustomAction
from chatref.demo import default_actions
from tests.assistant.sentences import ASKS, ROUTINE


@cache
def defaults() -> Triggers:
    return Triggers(default_actions())


def one(*phrases: str, examples: tuple[str, ...] = (), counterexamples: tuple[str, ...] = ()) -> Triggers:
    triggers = {"phrases": phrases, "examples": examples, "counterexamples": counterexamples}
    return Triggers([CustomAction.model_validate({"id": "it", "name": "It", "triggers": triggers})])


class TestDefaults:
    @pytest.mark.parametrize("kind", ASKS)
    def test_at_least_nine_in_ten_sentences_of_each_kind_are_recognised(self, kind: ActionKind) -> None:
        missed = [text for text in ASKS[kind] if defaults().match(text).kind is not kind]
        assert len(missed) <= len(ASKS[kind]) * 0.1, missed

    def test_hardly_a_routine_question_goes_to_a_person(self) -> None:
        escalated = [(text, defaults().match(text).why) for text in ROUTINE if defaults().match(text).action]
        assert len(escalated) <= len(ROUTINE) * 0.03, escalated

    def test_every_kind_has_ten_examples_and_some_counterexamples(self) -> None:
        kinds = {action.kind: action.triggers for action in default_actions()}
        assert set(kinds) == set(ActionKind)
        assert all(len(each.examples) >= 10 and len(each.counterexamples) >= 5 for each in kinds.values())

    def test_their_own_examples_fire_and_their_counterexamples_do_not(self) -> None:
        wrong = [
            (text, defaults().match(text).kind)
            for action in default_actions()
            for texts, fires in ((action.triggers.examples, True), (action.triggers.counterexamples, False))
            for text in texts
            if (defaults().match(text).kind is action.kind) is not fires
        ]
        assert wrong == []

    def test_a_message_takes_less_than_two_milliseconds(self) -> None:
        texts = [text for group in (*ASKS.values(), ROUTINE) for text in group]
        start = time.process_time()  # not the wall's: others may be using the machine
        for text in texts:
            defaults().match(text)
        assert (time.process_time() - start) / len(texts) < 0.002

    def test_wanting_something_outweighs_being_angry_about_it(self) -> None:
        assert defaults().match("This is ridiculous, close my account now!").kind is ActionKind.CANCELLATION


class TestEvidence:
    def test_is_the_sentence_that_asked(self) -> None:
        match = defaults().match("Hi there! I love the fern. But please cancel my subscription. Have a nice day.")
        assert match.evidence == "But please cancel my subscription."
        assert match.score >= match.threshold == DEFAULT_THRESHOLD

    def test_what_does_not_fire_has_none_but_says_what_came_closest_and_why(self) -> None:
        match = defaults().match("What is your refund policy?")
        assert (match.action, match.kind, match.evidence) == (None, None, "")
        assert match.alternatives[0].action.kind is ActionKind.REFUND
        assert "information" in match.alternatives[0].why
        assert match.score == match.alternatives[0].score < match.threshold

    def test_nothing_said_matches_nothing(self) -> None:
        assert defaults().match("").score == 0.0
        assert defaults().match("\n ?! \n").action is None

    def test_scores_stay_between_nought_and_one(self) -> None:
        for text in (*ROUTINE, *ASKS[ActionKind.REFUND], "cancel " * 3_000):
            assert 0.0 <= defaults().match(text).score <= 1.0


class TestPhrases:
    @pytest.mark.parametrize(
        "text", ["report damage", "I'd like to report some damage", "reporting a damaged thing", "damage to report"]
    )
    def test_match_in_any_inflection_with_words_between_and_around(self, text: str) -> None:
        assert one("report damage").match(text).action

    def test_match_misspelled(self) -> None:
        assert one("warranty").match("is there waranty on it").action
        assert one("warranty claim").match("warrranty clam please claim").action

    def test_do_not_match_words_far_apart(self) -> None:
        text = "I will report on how the party went and whether there was any damage"
        assert one("report damage").match(text).action is None

    def test_match_either_word_and_not_beside_an_excluded_one(self) -> None:
        triggers = one("pause|hold box -toy")
        assert triggers.match("hold my box").action
        assert triggers.match("pause the next box").action
        assert triggers.match("hold my toy box").action is None

    @pytest.mark.parametrize(
        ("text", "guard"),
        [
            ("I do not want to rent a boat", "denied"),
            ("what happens if I rent a boat", "supposed"),
            ("the boat was rented", "happened"),
            ("what is the policy for renting a boat", "information"),
        ],
    )
    def test_of_an_owners_own_action_are_guarded_alike(self, text: str, guard: str) -> None:
        match = one("rent boat").match(text)
        assert match.action is None
        assert guard in match.alternatives[0].why

    @pytest.mark.parametrize("text", ["can I rent a boat?", "I wonder if I could rent a boat", "I can't rent a boat!"])
    def test_polite_and_failing_requests_are_requests(self, text: str) -> None:
        assert one("rent boat").match(text).action


class TestExamples:
    EXAMPLES = ("my bike has a flat tyre", "the tyre of my bicycle lost its air")

    def test_match_what_is_nearly_the_same(self) -> None:
        assert one(examples=self.EXAMPLES).match("My bike has a flat tire").action

    def test_do_not_match_what_only_shares_a_word(self) -> None:
        assert one(examples=self.EXAMPLES).match("my bike is red").action is None

    def test_a_nearer_counterexample_wins(self) -> None:
        triggers = one("flat tyre", counterexamples=("how do I fix a flat tyre myself",))
        assert triggers.match("I have a flat tyre").action
        assert triggers.match("how do I fix a flat tyre myself?").action is None

    def test_an_example_that_is_a_question_matches_that_question(self) -> None:
        assert one(examples=("what happens if I cancel?",)).match("what happens if i cancel").action


def test_a_disabled_action_never_fires() -> None:
    actions = [action.model_copy(update={"enabled": False}) for action in default_actions()]
    assert Triggers(actions).match("cancel my subscription").action is None
    assert Triggers(actions).action("refund") is None


class TestThresholds:
    def test_an_action_fires_from_its_own_threshold_on(self) -> None:
        text = "hold on"
        closest = defaults().match(text).alternatives[0]
        assert 0.1 < closest.score < closest.threshold
        assert with_threshold(closest.action.id, closest.score + 0.001).match(text).action is None
        eager = with_threshold(closest.action.id, closest.score).match(text)
        assert (eager.action and eager.action.id, eager.threshold) == (closest.action.id, closest.score)

    def test_a_wary_one_leaves_the_chat_to_another_that_is_asked_for_as_well(self) -> None:
        text = "This is ridiculous! Give me my money back."
        assert defaults().match(text).kind is ActionKind.REFUND
        wary = with_threshold("refund", 0.999).match(text)
        assert wary.kind is ActionKind.FRUSTRATION
        refund = next(each for each in wary.alternatives if each.action.id == "refund")
        assert (refund.threshold, refund.fires) == (0.999, False)


@pytest.mark.parametrize(
    "text",
    [
        "One more thing",
        "one more thing...",
        "oh and one last thing",
        "Another question",
        "can I ask you something else?",
        "quick question for you",
        "ok then, something else",
        "I was just wondering",
        "I forgot to mention",
        "just a second",
        "sorry, one moment please",
        "hold on",
        "wait",
        "let me check",
        "never mind, thanks",
        "still here",
        "hi, me again",
        "I'm back",
        "back again",
        "really?",
        "Also",
    ],
)
def test_words_that_only_lead_up_to_something_start_nothing(text: str) -> None:
    assert defaults().match(text).action is None, defaults().match(text).why


def with_threshold(action_id: str, threshold: float) -> Triggers:
    def changed(action: CustomAction) -> CustomAction:
        triggers = action.triggers.model_copy(update={"threshold": threshold})
        return action.model_copy(update={"triggers": triggers}) if action.id == action_id else action

    return Triggers(changed(action) for action in default_actions())
