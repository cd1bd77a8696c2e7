"""Who tells a webhook: custom actions and service policies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from chatref.conversation.actions import CustomAction
from chatref.store import actions, policies, teams
from chatref.store.policies import Versioned
from chatref.store.tables import Webhook


@dataclass(frozen=True)
class Users:
    """All that there are now; `team_names` by their slugs."""

    actions: Sequence[CustomAction]
    policies: Mapping[str, Versioned]
    team_names: Mapping[str, str]

    @classmethod
    async def read(cls, session: AsyncSession) -> "Users":
        names = {team.slug: team.name for team in await teams.everyone(session)}
        return cls(await actions.latest(session), await policies.current(session), names)

    def actions_of(self, webhook: Webhook) -> list[str]:
        """The names of those that tell it."""
        return [action.name for action in self.actions if action.webhook == webhook.slug]

    def policies_of(self, webhook: Webhook) -> list[str]:
        """The names of the teams whose policies tell it; `default` for the policy of all others."""
        names = {**self.team_names, policies.DEFAULT: "default"}
        return [names.get(team, team) for team, known in self.policies.items() if webhook.slug in known.policy.webhooks]
