"""Who is on duty: how a team stands at this moment."""

from datetime import UTC, datetime
from uuid import UUID

from chatref.configuration import Configuration
from chatref.conversation.hours import in_words
from chatref.conversation.policy import COMMAND, EMAIL, PUSH, WEBHOOK, Audience
from chatref.conversation.standing import Standing, TeamQuestion
from chatref.store import people
from chatref.store.database import Database, DatabaseUnavailable


class Duty:
    """Answers from memory what can be; without the database it is not known who is there."""

    def __init__(self, database: Database, configuration: Configuration, *, mail: bool, command: bool) -> None:
        self._database = database
        self._configuration = configuration
        self._always = frozenset(name for name, is_set in ((EMAIL, mail), (COMMAND, command)) if is_set)

    async def look(self, question: TeamQuestion, now: datetime | None = None) -> Standing:
        """How the team stands now, which is not before whoever asks did."""
        now = now or datetime.now(UTC)
        now = max(now, question.at or now)
        current = self._configuration.policy_of(question.team)
        # Who asks may know a policy that this process has not read yet: then that one is not taken from it.
        keeps_its_own = question.version == current.version or question.version > self._configuration.newest_policy
        hours = current.policy.office_hours
        opens_at = hours.opens_at(now) if hours else None
        there: dict[Audience, int] = {}
        there_in_person: dict[str, bool] = {}
        # A webhook that the policy names is told, whatever became of it: one that was switched off has failed, and is
        # not left out in silence.
        channels = self._always | {WEBHOOK + slug for slug in current.policy.webhooks}
        try:
            reach = await people.reach(
                self._database, question.team, current.policy.fallback_team, map(UUID, question.agents)
            )
        except DatabaseUnavailable:
            pass
        else:
            there = reach.there
            there_in_person = {agent: UUID(agent) in reach.agents for agent in question.agents}
            channels = channels | ({PUSH} if reach.push else frozenset())
        return Standing(
            team=question.team,
            version=current.version,
            policy=None if keeps_its_own else current.policy,
            opens_at=opens_at,
            opens_words=in_words(opens_at, now, question.time_zone, hours.time_zone) if hours and opens_at else "",
            closes_at=hours.closes_at(now) if hours else None,
            there=there,
            channels=channels,
            agents=there_in_person,
        )
