"""Markdown becomes passages that keep where they come from."""

from chatref.knowledge.passages import anchor, read_markdown

HELP = """\
---
draft: no
---
# Shipping

We ship **every** day.

## Costs

It is [free](https://example.com/free) above $40.

### Abroad

- Canada: *$12*
- Mexico: $14

```
# not a heading
```

## When?

Tomorrow.
"""


def test_each_heading_starts_a_passage_with_its_path_position_and_address() -> None:
    document = read_markdown(HELP, source_id="s1", url="https://shop.example/help")
    assert document.title == "Shipping"
    assert [(each.title, each.headings, each.position, each.url) for each in document.passages] == [
        ("Shipping", (), 0, "https://shop.example/help"),
        ("Costs", ("Shipping",), 1, "https://shop.example/help#costs"),
        ("Abroad", ("Shipping", "Costs"), 2, "https://shop.example/help#abroad"),
        ("When?", ("Shipping",), 3, "https://shop.example/help#when"),
    ]


def test_markup_is_gone_and_lists_stay_lists() -> None:
    texts = [each.text for each in read_markdown(HELP, source_id="s1").passages]
    assert texts[0] == "We ship every day."
    assert texts[1] == "It is free above $40."
    assert "- Canada: $12\n- Mexico: $14" in texts[2]
    assert "# not a heading" in texts[2]


def test_reading_the_same_source_again_keeps_the_ids_and_another_source_has_others() -> None:
    first = [each.id for each in read_markdown(HELP, source_id="s1").passages]
    assert first == [each.id for each in read_markdown(HELP, source_id="s1").passages]
    assert not set(first) & {each.id for each in read_markdown(HELP, source_id="s2").passages}


def test_text_without_any_heading_goes_by_the_title_that_it_is_given() -> None:
    [passage] = read_markdown("Just this.", source_id="s1", title="Notes").passages
    assert (passage.title, passage.source_title, passage.text) == ("Notes", "Notes", "Just this.")


def test_a_long_section_is_split_between_its_paragraphs() -> None:
    passages = read_markdown("# Long\n\n" + "\n\n".join(["word " * 100] * 8), source_id="s1").passages
    assert len(passages) > 1
    assert all(len(each.text) <= 1_500 for each in passages)
    assert {each.title for each in passages} == {"Long"}


def test_nothing_in_means_nothing_out() -> None:
    assert read_markdown("", source_id="s1").passages == ()
    assert read_markdown("# Only a heading", source_id="s1").passages == ()


def test_anchors_are_fit_for_addresses() -> None:
    assert anchor("What's “new”, really?") == "what-s-new-really"
