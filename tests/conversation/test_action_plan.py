"""What differs between actions and between sets of them, and the file that holds a set."""

import pytest

from chatref.conversation.action_file import ActionFileInvalid, read_actions, write_actions
from chatref.conversation.action_plan import Difference, basis, differences, plan
from chatref.conversation.actions import CustomAction, DetailField, FieldType, Triggers
from chatref.conversation.events import Priority
from chatref.demo import default_actions
from chatref.plan_text import lines

GIFT = CustomAction(
    id="gift", name="Gift card", triggers=Triggers(phrases=("gift card",), examples=("a gift, please",))
)
SWAP = CustomAction(id="swap", name="Swap a plant")
CALL = CustomAction(id="call", name="Call me back")
ORDER = DetailField(name="order", label="Order", prompt="Which order?")


def changed(action: CustomAction, **update: object) -> CustomAction:
    return action.model_copy(update=update)


class TestDifferences:
    def test_a_value_says_what_it_was_and_is(self) -> None:
        after = changed(GIFT, priority=Priority.HIGH, enabled=False)
        assert differences(GIFT, after) == (
            Difference(field="enabled", before=True, after=False),
            Difference(field="priority", before="normal", after="high"),
        )

    def test_a_list_says_what_came_and_went(self) -> None:
        after = changed(GIFT, triggers=GIFT.triggers.model_copy(update={"phrases": ("voucher",)}))
        assert differences(GIFT, after) == (
            Difference(field="triggers.phrases", added=("voucher",), removed=("gift card",)),
        )

    def test_a_list_in_another_order_differs(self) -> None:
        before, after = changed(GIFT, tags=("a", "b")), changed(GIFT, tags=("b", "a"))
        assert differences(before, after) == (Difference(field="tags", before=["a", "b"], after=["b", "a"]),)

    def test_details_are_known_by_their_names(self) -> None:
        reason = DetailField(name="reason", label="Reason", prompt="Why?")
        asked = ORDER.model_copy(update={"type": FieldType.NUMBER})
        before, after = changed(GIFT, fields=(ORDER,)), changed(GIFT, fields=(reason, asked))
        assert differences(before, after) == (
            Difference(field="fields", added=("reason",)),
            Difference(field="fields.order.type", before="text", after="number"),
        )

    def test_the_version_is_no_difference(self) -> None:
        assert differences(GIFT, changed(GIFT, version=7)) == ()


class TestPlan:
    def test_it_says_what_is_new_what_changes_what_goes_and_what_stays(self) -> None:
        found = plan([GIFT, SWAP, CALL], [changed(GIFT, name="Gift"), CALL, changed(SWAP, id="trade")])
        assert [[each.id for each in group] for group in (found.created, found.changed, found.deleted)] == [
            ["trade"],
            ["gift"],
            ["swap"],
        ]
        assert [each.id for each in found.unchanged] == ["call"]
        assert found.order == ()
        assert not found.changes_nothing

    def test_the_same_changes_nothing_whatever_its_versions(self) -> None:
        assert plan([changed(GIFT, version=4), SWAP], [GIFT, SWAP]).changes_nothing

    def test_another_order_is_a_change(self) -> None:
        found = plan([GIFT, SWAP], [SWAP, GIFT])
        assert found.order == ("Swap a plant", "Gift card")
        assert not found.changes_nothing

    def test_a_new_one_in_the_middle_changes_the_order(self) -> None:
        assert plan([GIFT, SWAP], [GIFT, CALL, SWAP]).order == ("Gift card", "Call me back", "Swap a plant")

    def test_it_starts_from_one_set_only(self) -> None:
        sets = [[GIFT, SWAP], [SWAP, GIFT], [changed(GIFT, version=2), SWAP], [GIFT]]
        assert len({basis(each) for each in sets}) == len(sets)

    def test_a_terminal_shows_it(self) -> None:
        after = changed(GIFT, enabled=False, triggers=GIFT.triggers.model_copy(update={"phrases": ("voucher",)}))
        assert list(lines(plan([GIFT, SWAP], [CALL, after]))) == [
            "+ call  Call me back",
            "~ gift  Gift card",
            "    enabled: yes → no",
            "    triggers.phrases:",
            "      - gift card",
            "      + voucher",
            "- swap  Swap a plant",
            "  order: Call me back, Gift card",
            "1 to create, 1 to change, 1 to delete, 0 unchanged.",
        ]
        assert list(lines(plan([GIFT], [GIFT]))) == ["Nothing changes."]


class TestFile:
    def test_what_is_written_is_read_again(self) -> None:
        actions = list(default_actions())
        assert read_actions(write_actions(actions)) == actions

    def test_defaults_and_versions_are_left_out(self) -> None:
        text = write_actions([changed(SWAP, version=3)])
        assert text.splitlines()[-2:] == ["- id: swap", "  name: Swap a plant"]

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("- id: [", "line 1: expected the node content, but found '<stream end>'"),
            ("name: Gift", "the file must be a list of actions"),
            ("", "the file must be a list of actions"),
            ("[" * 5000, "this is not YAML"),
            ("- {id: a, name: A, prio: high}", "a: prio: Extra inputs are not permitted"),
            ("- {name: A}", "action 1: id: Field required"),
            ("- {id: new, name: A}", "new: id: new cannot be an id"),
            ("- {id: a, name: A}\n- {id: a, name: B}", "a: there are two actions with this id"),
            (
                "- {id: a, name: A, fields: [{name: b, label: B, prompt: B, type: choice}]}",
                "a: fields.0: a choice needs at least two choices",
            ),
            (
                "- {id: a, name: A, fields: [{name: b, label: B, prompt: B}, {name: b, label: C, prompt: C}]}",
                "a: fields: two details are called b",
            ),
        ],
    )
    def test_what_is_wrong_is_said_in_a_line(self, text: str, problem: str) -> None:
        with pytest.raises(ActionFileInvalid) as refused:
            read_actions(text)
        assert refused.value.problems == [problem]
