"""Who calls: a visitor, by the token of their conversation. Needs no database."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from api.origins import allows, is_ours
from api.problems import Problem, not_found
from api.services import Services, Use
from api.session.caller import bearer
from chatref import tokens
from chatref.store.channels import Config
from chatref.store.tables import Site
from chatref.tokens import BadToken, VisitorClaims

_scheme = HTTPBearer(auto_error=False, description="The conversation's `visitor_token`.", scheme_name="VisitorToken")
AUTHENTICATED = [Depends(_scheme)]


def check_origin(request: Request, services: Services, site: Site | None) -> None:
    origin = request.headers.get("origin")
    if origin is None or site is None or allows(site, origin):
        return
    if not is_ours(origin, request.headers.get("host", ""), services.settings.public_url):
        raise Problem(403, "origin_not_allowed", "This page may not embed the site's widget.")


async def _token(request: Request, services: Use) -> VisitorClaims:
    try:
        claims = tokens.read(bearer(request), services.settings.token_key)
    except BadToken:
        raise Problem(401, "not_signed_in", "Send the conversation's visitor_token as Bearer.") from None
    check_origin(request, services, await _site_of(claims, services))
    return claims


TokenCaller = Annotated[VisitorClaims, Depends(_token)]
"""For whichever conversation the token is for."""


async def _visitor(conversation_id: UUID, claims: TokenCaller) -> VisitorClaims:
    if claims.conversation != conversation_id:
        raise Problem(403, "forbidden", "This token is for another conversation.")
    return claims


async def _site_of(claims: VisitorClaims, services: Services) -> Site | None:
    """From memory; None while that holds nothing yet. A token outlives its site: then raises `Problem`."""
    configuration = services.configuration
    if claims.site not in configuration.sites and configuration.is_read:
        # It may be so new that another process made it and we have not heard.
        await configuration.refresh(Config.SITES)
        if claims.site not in configuration.sites:
            raise not_found("site")
    return configuration.sites.get(claims.site)


VisitorCaller = Annotated[VisitorClaims, Depends(_visitor)]
"""For the conversation of the path."""
