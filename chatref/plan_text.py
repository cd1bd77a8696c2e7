"""A plan of custom actions as lines for a terminal."""

from collections.abc import Iterator

from chatref.conversation.action_plan import ActionPlan, Difference, Value


def lines(plan: ActionPlan) -> Iterator[str]:
    """`+` is new, `~` changes, `-` goes; what stays is only counted."""
    for action in plan.created:
        yield f"+ {action.id}  {action.name}"
    for action in plan.changed:
        yield f"~ {action.id}  {action.name}"
        for difference in action.differences:
            yield from _told(difference)
    for action in plan.deleted:
        yield f"- {action.id}  {action.name}"
    if plan.order:
        yield f"  order: {', '.join(plan.order)}"
    if plan.changes_nothing:
        yield "Nothing changes."
    else:
        counts = (len(plan.created), len(plan.changed), len(plan.deleted), len(plan.unchanged))
        yield "{} to create, {} to change, {} to delete, {} unchanged.".format(*counts)


def _told(difference: Difference) -> Iterator[str]:
    if not (difference.added or difference.removed):
        yield f"    {difference.field}: {_shown(difference.before)} → {_shown(difference.after)}"
        return
    yield f"    {difference.field}:"
    for each in difference.removed:
        yield f"      - {each}"
    for each in difference.added:
        yield f"      + {each}"


def _shown(value: Value) -> str:
    match value:
        case None | "" | []:
            return "(nothing)"
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(value)
        case _:
            return str(value)
