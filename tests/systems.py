"""A partner's system, for the tests of the API."""

from __future__ import annotations

import base64
import json
from typing import Any

from partnership.integrations import actions as integrations
from partnership.isolation.acting import Acting
from tests.world import WebClient, on_web

JSON = "application/json"


class System:
    """A partner's system: gets its token by its secret, and calls."""

    def __init__(self, manager: Acting, *scopes: str, name: str = "System") -> None:
        from partnership.integrations.scopes import grantable

        with on_web(manager):
            self.client, self.credential, self.secret = integrations.create_client(
                by=manager, name=name, scopes=scopes or grantable(manager.partner)
            )
        self.http = WebClient()
        self.token = ""

    def get_token(self, **fields: str) -> Any:
        basic = base64.b64encode(f"{self.credential.client_id}:{self.secret}".encode()).decode()
        return self.http.post(
            "/api/v1/oauth/token",
            {"grant_type": "client_credentials", **fields},
            headers={"Authorization": f"Basic {basic}"},
        )

    def call(self, method: str, address: str, body: Any = None, *, status: int = 200, **headers: str) -> Any:
        if not self.token:
            self.token = self.get_token().json()["access_token"]
        address = address if address.startswith(("http", "/")) else f"/api/v1/{address}"
        content = (
            {} if method == "get" else {"data": json.dumps(body) if body is not None else b"", "content_type": JSON}
        )
        response = getattr(self.http, method)(
            address,
            **content,
            headers={"Authorization": f"Bearer {self.token}"} | {k.replace("_", "-"): v for k, v in headers.items()},
        )
        assert response.status_code == status, (response.status_code, response.content)
        response.found = json.loads(response.content) if not response.streaming and response.content else None
        return response

    def get(self, address: str, **more: Any) -> Any:
        return self.call("get", address, **more).found

    def post(self, address: str, body: Any = None, **more: Any) -> Any:
        return self.call("post", address, body, **more).found
