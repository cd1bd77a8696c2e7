"""The OpenAPI description says what every route does, takes and may answer."""

from typing import Any

import httpx
import pytest


@pytest.fixture
async def described(http: httpx.AsyncClient) -> dict[str, Any]:
    answer = await http.get("/api/v1/openapi.json")
    description: dict[str, Any] = answer.json()
    return description


def operations(described: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


async def test_every_route_is_described(described: dict[str, Any]) -> None:
    assert len(operations(described)) > 40
    for name, operation in operations(described):
        assert operation["description"].endswith((".", "!")), name


async def test_problems_are_described_as_problems(described: dict[str, Any]) -> None:
    for name, operation in operations(described):
        for status, answer in operation["responses"].items():
            if status.startswith(("4", "5")) and not name.endswith("/health/ready"):
                assert list(answer["content"]) == ["application/problem+json"], f"{name} {status}"


async def test_who_may_call_is_said(described: dict[str, Any]) -> None:
    open_to_all = {name for name, operation in operations(described) if "security" not in operation}
    assert open_to_all == {
        "GET /widget/v1/sites/{key}",
        "POST /widget/v1/conversations",
        "POST /api/v1/session",
        "GET /health/live",
        "GET /health/ready",
    }


async def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                assert node["$ref"].removeprefix("#/components/schemas/") in schemas, node["$ref"]
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(described)
