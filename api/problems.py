"""Errors as `application/problem+json` (RFC 9457): one exception, one handler, stable codes."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from chatref.store.database import AlreadyThere, DatabaseUnavailable

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 2

_CODES = {
    400: "invalid",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
}


class Problem(Exception):
    """Ends a request. `extra` members stand beside the standard ones."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        extra: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.extra = extra or {}
        self.headers = headers or {}


class ProblemBody(BaseModel):
    """What went wrong. `code` is stable; `detail` is for people."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="`about:blank`: the status and `code` say it all.", examples=["about:blank"])
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    detail: str = Field(examples=["Ada has this conversation"])
    code: str = Field(examples=["already_claimed"])


_MEANINGS = {
    401: "Not signed in, or a token that is none (`not_signed_in`, `bad_credentials`).",
    403: "Not allowed (`forbidden`, `origin_not_allowed`).",
    404: "There is no such thing (`not_found`).",
    409: "The state forbids it (`already_claimed`, `not_owner` with `owner`; `conversation_resolved`, `unread` …).",
    413: "The body is too large (`too_large`).",
    422: "The body or a parameter is not valid (`invalid`, with `errors`).",
    429: "Too many requests (`rate_limited`, with `Retry-After`).",
    503: "Temporal or the database is away (`engine_unavailable`, `database_unavailable`, with `Retry-After`).",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: which problems it may answer."""
    return {
        status: {
            "description": _MEANINGS[status],
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
        }
        for status in statuses
    }


def not_found(what: str) -> Problem:
    return Problem(404, "not_found", f"There is no such {what}.")


def invalid(location: str, message: str, where: str = "body") -> Problem:
    """The same shape as what validation answers, for rules that need the database or more than one field."""
    errors = [{"loc": [where, location], "msg": message}]
    return Problem(422, "invalid", f"{location}: {message}", extra={"errors": errors})


def unavailable(code: str, detail: str) -> Problem:
    return Problem(503, code, detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def problem_response(problem: Problem) -> Response:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        **problem.extra,
    }
    return JSONResponse(body, problem.status, problem.headers, media_type="application/problem+json")


def _as_problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case RequestValidationError():
            # Never the input itself: it may be what a customer wrote.
            errors = [{"loc": list(each["loc"]), "msg": each["msg"]} for each in error.errors()]
            return Problem(422, "invalid", "The request is not valid.", extra={"errors": errors})
        case HTTPException():
            code = _CODES.get(error.status_code, "http_error")
            return Problem(error.status_code, code, str(error.detail), headers=dict(error.headers or {}))
        case AlreadyThere():
            return Problem(409, "exists", "Somebody else has just made the same. Look again.")
        case DatabaseUnavailable():
            return unavailable("database_unavailable", "The database cannot be reached.")
        case _:
            logger.error("a request failed", exc_info=error)
            return Problem(500, "internal", "Something went wrong here; it has been logged.")


async def handle(request: Request, error: Exception) -> Response:
    return problem_response(_as_problem(error))


def install(app: FastAPI) -> None:
    for kind in (Problem, RequestValidationError, HTTPException, AlreadyThere, DatabaseUnavailable, Exception):
        app.add_exception_handler(kind, handle)
