"""What counts as a value of a type, and the one form it is kept in."""

import pytest

from chatref.conversation.actions import DetailField, FieldType
from chatref.conversation.values import checked, found_in


def field(of: FieldType, **rest: object) -> DetailField:
    return DetailField.model_validate({"name": "value", "label": "Value", "type": of, "prompt": "?", **rest})


SIZES = field(FieldType.CHOICE, choices=["Small", "Medium", "Extra large"])


@pytest.mark.parametrize(
    ("of", "text", "value"),
    [
        (field(FieldType.EMAIL), " Ann.Lee@Example.COM ", "Ann.Lee@example.com"),
        (field(FieldType.EMAIL), "<ann@example.com>.", "ann@example.com"),
        (field(FieldType.EMAIL), "ann at example", None),
        (field(FieldType.PHONE), "(503) 555-0142", "+15035550142"),
        (field(FieldType.PHONE), "+49 30 901820", "+4930901820"),
        (field(FieldType.PHONE), "12", None),
        (field(FieldType.NUMBER), "1,250.50", "1250.50"),
        (field(FieldType.NUMBER), "3,5", "3.5"),
        (field(FieldType.NUMBER), "$40", "40"),
        (field(FieldType.NUMBER), "forty", None),
        (field(FieldType.DATE), "2026-03-14", "2026-03-14"),
        (field(FieldType.DATE), "March 14th, 2026", "2026-03-14"),
        (field(FieldType.DATE), "14.3.2026", "2026-03-14"),
        (field(FieldType.DATE), "2026-02-30", None),
        (SIZES, "medium", "Medium"),
        (SIZES, "3", "Extra large"),
        (SIZES, "extra", "Extra large"),
        (SIZES, "tiny", None),
        (field(FieldType.PATTERN, pattern=r"[A-Z]{2}\d{4}"), "ab1234", "AB1234"),
        (field(FieldType.PATTERN, pattern=r"[A-Z]{2}\d{4}"), "AB12345", None),
        (field(FieldType.TEXT), "  anything ", "anything"),
        (field(FieldType.TEXT), "   ", None),
        (field(FieldType.TEXT), "x" * 1_001, None),
    ],
)
def test_values_are_checked_and_brought_into_one_form(of: DetailField, text: str, value: str | None) -> None:
    assert checked(of, text) == value


@pytest.mark.parametrize(
    ("of", "text", "value"),
    [
        (field(FieldType.EMAIL), "write to ann@example.com, please", "ann@example.com"),
        (field(FieldType.PHONE), "call me on (503) 555-0142 after six", "+15035550142"),
        (field(FieldType.DATE), "it came on 14 March 2026, late", "2026-03-14"),
        (SIZES, "the extra large one", "Extra large"),
        (field(FieldType.PATTERN, pattern=r"FF-\d{5}"), "it is (ff-20417).", "FF-20417"),
        (field(FieldType.PATTERN, pattern=r"FF\d{5}"), "it is FF 20417", "FF20417"),
    ],
)
def test_values_are_found_in_running_text(of: DetailField, text: str, value: str) -> None:
    assert [found for found, _, _ in found_in(of, text)] == [value]


def test_a_hostile_pattern_takes_no_time() -> None:
    """RE2 has no exponential case; a back-tracking engine would need longer than the universe has had."""
    assert checked(field(FieldType.PATTERN, pattern="(a+)+b"), "a" * 900) is None
