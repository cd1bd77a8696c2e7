"""Examples in the documentation do what is said of them."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter

from api.actions.schemas import ActionBody
from chatref import tokens
from chatref.alerting.alert import Alert
from chatref.assistant.triggers import Triggers
from chatref.conversation.events import Detail, Handoff, HandoffReason, Person, Summary
from chatref.conversation.policy import Audience, ServicePolicy
from chatref.demo import default_actions
from chatref.webhooks.payload import slack_alerts, wait_alert
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


def test_the_alert_that_is_shown_is_what_webhooks_get() -> None:
    _, signed, slack = Page(ROOT / "docs" / "webhooks.md").blocks("json")
    chat, wish = "0f4c2f0e-7f0b-4a59-9d5e-0a7f2c0f7a11", "I want to cancel my subscription"
    since = datetime(2026, 11, 24, 9, 30, 0, 120_000, tzinfo=UTC)
    alert = Alert(
        id="a1",
        conversation_id=chat,
        visitor="Mia",
        team="billing",
        team_name="Billing",
        audience=Audience.AGENT,
        agent=Person("8a6f5b58-6f0c-4f2f-8d0b-5f0a3c1d9e77", "Ada Palmer"),
        step=1,
        waiting_since=since,
        handoff=Handoff(
            reason=HandoffReason.ACTION,
            evidence=wish,
            message_id="5d0b6f0e-1c55-4c1f-9a1c-0d2f4f9b7c21",
            at=since,
            action_id="cancel-subscription",
            action="Cancel subscription",
            action_version=3,
            summary=Summary(wants=(wish,), details=(Detail("account_id", "Account ID", "FF-10234"),)),
        ),
        link=f"https://chat.example.com/inbox/all/{chat}",
    )
    at = datetime(2026, 11, 24, 9, 31, 0, 240_000, tzinfo=UTC)
    assert json.loads(signed) == json.loads(wait_alert(alert, at))
    assert json.loads(slack) == json.loads(slack_alerts([alert], at))


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
