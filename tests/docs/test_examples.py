"""Examples in the documentation do what is said of them."""

import json
import re
import shutil
import subprocess

import pytest
from pydantic import TypeAdapter

from api.actions.schemas import ActionBody
from chatref import tokens
from chatref.assistant.triggers import Triggers
from chatref.conversation.policy import ServicePolicy
from chatref.demo import default_actions
from tests.docs.pages import ROOT, Page


def test_the_action_that_is_shown_is_one_and_starts_as_it_says() -> None:
    [shown] = Page(ROOT / "docs" / "custom-actions.md").blocks("json")
    action = TypeAdapter(ActionBody).validate_python(json.loads(shown))
    triggers = Triggers([*default_actions(), action])
    for sentence in (*action.triggers.examples, "My plant arrived damaged", "please send me a replacement"):
        assert triggers.match(sentence).action == action, sentence
    for sentence in (*action.triggers.counterexamples, "please send me a replacement manual"):
        assert triggers.match(sentence).action is None, sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "I don't want to cancel",
        "what happens if I cancel?",
        "my order was cancelled",
        "what is your refund policy?",
        "How do I skip a box?",
    ],
)
def test_sentences_that_are_said_to_start_nothing_start_nothing(sentence: str) -> None:
    said = (ROOT / "docs" / "custom-actions.md").read_text() + (ROOT / "README.md").read_text()
    assert sentence in " ".join(said.split())
    assert Triggers(default_actions()).match(sentence).action is None


def test_the_short_service_policy_is_one() -> None:
    [shown] = [line for line in Page(ROOT / "docs" / "testing.md").commands if "service-policy" in line]
    policy = re.search(r"-d '(\{.*\})'", shown)
    assert policy
    ServicePolicy.model_validate_json(policy[1])


def test_the_token_that_the_widgets_page_makes_is_accepted() -> None:
    [shown] = Page(ROOT / "docs" / "widget.md").blocks("python")
    module: dict[str, object] = {}
    exec(shown, module)
    make = module["chat_token"]
    assert callable(make)
    secret = "the-identity-secret-of-a-site-000"
    person = tokens.read_identity(make("42", "Ada", "ada@example.com", secret), secret)
    assert person == tokens.VouchedFor("42", "Ada", "ada@example.com")


def test_temporals_own_command_knows_what_operators_are_told_to_type() -> None:
    program = shutil.which("temporal")
    if program is None:
        pytest.skip("No Temporal CLI on PATH.")
    shown = [line.split() for line in Page(ROOT / "docs" / "operations.md").commands if line.startswith("temporal ")]
    assert shown
    for _, noun, verb, *rest in shown:
        described = subprocess.run([program, noun, verb, "--help"], capture_output=True, text=True, check=True).stdout
        for option in (word for word in rest if word.startswith("--")):
            assert option in described, option
