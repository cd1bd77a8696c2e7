"""Typed values: what a visitor wrote for a field, checked and brought into one form. Found in running text too."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import phonenumbers
import re2
from email_validator import EmailNotValidError, validate_email

from chatref.conversation.actions import DetailField, FieldType

LONGEST_VALUE = 1_000
_DEFAULT_REGION = "US"
_EMAIL = re.compile(r"[^\s<>,;:()\"'@]{1,64}@(?:[^\s<>,;:()\"'@.]{1,63}\.)+[^\s<>,;:()\"'@.]{1,63}")
_NUMBER = re.compile(r"[-+]?\d[\d,. ]*")
_IDENTIFIER_PART = re.compile(r"(?!(?:ID|NO|NR)\b)#?(?:[A-Z]{1,8}|[\d-]+)")
_TOKEN = re.compile(r"\S+")
_EDGES = ".,;:!?()[]<>{}\"'\u201c\u201d\u2018\u2019*"
_WORDS_IN_PATTERN_AT_MOST = 3
_DATE_FORMATS = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d %B %Y",
    "%d %b %Y",
    "%B %d %Y",
    "%b %d %Y",
    "%Y/%m/%d",
)
_DATE = re.compile(
    r"\b\d{4}[-/]\d{1,2}[-/]\d{1,2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)?(?: of)? [A-Za-z]{3,9},? \d{4}\b|\b[A-Za-z]{3,9} \d{1,2}(?:st|nd|rd|th)?,? \d{4}\b"
)


def checked(field: DetailField, text: str) -> str | None:
    """The value in its one form, or None where the text is not one: e-mail normalized, phone E.164, date ISO 8601."""
    raw = text.strip()
    if not raw or len(raw) > LONGEST_VALUE:
        return None
    match field.type:
        case FieldType.TEXT:
            return raw
        case FieldType.EMAIL:
            return _email(raw)
        case FieldType.PHONE:
            return _phone(raw)
        case FieldType.NUMBER:
            return _number(raw)
        case FieldType.DATE:
            return _date(raw)
        case FieldType.CHOICE:
            return _choice(field, raw)
        case FieldType.PATTERN:
            return _patterned(field, raw)


def found_in(field: DetailField, text: str) -> Iterator[tuple[str, int, int]]:
    """Every value of the field's type in running text, and where it stands. None for text fields: any text is one."""
    text = text[:LONGEST_VALUE]
    match field.type:
        case FieldType.TEXT:
            return
        case FieldType.EMAIL:
            spans = [found.span() for found in _EMAIL.finditer(text)]
        case FieldType.PHONE:
            spans = [(match.start, match.end) for match in phonenumbers.PhoneNumberMatcher(text, _DEFAULT_REGION)]
        case FieldType.NUMBER:
            spans = [found.span() for found in _NUMBER.finditer(text)]
        case FieldType.DATE:
            spans = [found.span() for found in _DATE.finditer(text)]
        case FieldType.CHOICE:
            spans = [
                found.span()
                for choice in field.choices
                for found in re.finditer(rf"(?<!\w){re.escape(choice)}(?!\w)", text, re.IGNORECASE)
            ]
        case FieldType.PATTERN:
            spans = list(_windows(text))
    taken = 0
    for start, end in spans:
        while start < end and text[start] in _EDGES:
            start += 1
        while end > start and text[end - 1] in _EDGES + " ":
            end -= 1
        if start >= taken and (value := checked(field, text[start:end])) is not None:
            taken = end
            yield value, start, end


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """The words one by one, and up to three in a row where each looks like a part of an identifier: "FF 204 17"."""
    tokens = [found.span() for found in _TOKEN.finditer(text)]
    for first in range(len(tokens)):
        for size in range(min(_WORDS_IN_PATTERN_AT_MOST, len(tokens) - first), 0, -1):
            parts = tokens[first : first + size]
            if size == 1 or all(_IDENTIFIER_PART.fullmatch(text[start:end].strip(_EDGES)) for start, end in parts):
                yield parts[0][0], parts[-1][1]


def _email(raw: str) -> str | None:
    try:
        return validate_email(raw.strip(_EDGES), check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def _phone(raw: str) -> str | None:
    try:
        number = phonenumbers.parse(raw, _DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _number(raw: str) -> str | None:
    plain = raw.strip(_EDGES + " $€£").replace(" ", "")
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    plain = plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain
    return plain.lstrip("+") if re.fullmatch(r"[-+]?\d+(\.\d+)?", plain) else None


def _date(raw: str) -> str | None:
    plain = re.sub(r"(?<=\d)(st|nd|rd|th)\b|\bof\b|,", " ", raw.strip(_EDGES), flags=re.IGNORECASE)
    plain = " ".join(plain.split())
    for form in _DATE_FORMATS:
        try:
            return _in_range(datetime.strptime(plain, form).replace(tzinfo=UTC).date())
        except ValueError:
            continue
    return None


def _in_range(day: date) -> str | None:
    return day.isoformat() if 1900 <= day.year <= 2200 else None


def _choice(field: DetailField, raw: str) -> str | None:
    plain = raw.strip(_EDGES + " ").casefold()
    if exact := [choice for choice in field.choices if choice.casefold() == plain]:
        return exact[0]
    if plain.isdigit() and 1 <= int(plain) <= len(field.choices):
        return field.choices[int(plain) - 1]
    begun = [choice for choice in field.choices if len(plain) >= 3 and choice.casefold().startswith(plain)]
    return begun[0] if len(begun) == 1 else None


def _patterned(field: DetailField, raw: str) -> str | None:
    for candidate in (raw, raw.strip(_EDGES + " "), raw.upper(), "".join(raw.split())):
        if re2.fullmatch(field.pattern, candidate):
            return candidate
    return None
