"""A gateway without a cell around it: the real application over fakes."""

import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import msgspec
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contracts.commands.case_views import CaseView
from contracts.commands.dispatch import OrderReceipt
from contracts.commands.intake import CaseReceipt
from contracts.commands.orders import OrderView
from gateway import limits
from gateway.answers import Account
from gateway.app import create_app, furnish
from gateway.sessions import DEPARTMENT, STAFF, Sessions
from gateway.settings import GatewaySettings
from tests.unit.gateway.fakes import (
    FakeRpc,
    FakeVideos,
    MemoryFilters,
    MemorySessions,
    MemoryTransfers,
    MemoryUploads,
)

_ACCOUNTS = UUID("00000000-0000-5000-8000-000000000001")
CASE_ID = UUID("11111111-1111-5111-8111-111111111111")
ORDER_ID = UUID("22222222-2222-5222-8222-222222222222")
THEN = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)


@cache
def _app() -> Flask:
    """The application itself is the same for every test; what it works with is not."""
    return create_app(GatewaySettings(media_dir=tempfile.gettempdir()), FakeRpc())


class Cell:
    """The application, what it stands on, and people who are signed in."""

    def __init__(self, folder: Path, *, app: Flask | None = None, **settings: Any) -> None:
        self.rpc = FakeRpc()
        self.session_rows = MemorySessions()
        self.upload_rows = MemoryUploads()
        self.transfer_rows = MemoryTransfers()
        self.videos = FakeVideos()
        self.media_dir = folder / "media"
        self.settings = GatewaySettings(
            media_dir=str(self.media_dir), **{"mode": "test", "login_rate": "10000 per minute", **settings}
        )
        self.app = app or _app()
        limits.register(self.app, login_rate=self.settings.login_rate)
        furnish(
            self.app,
            self.settings,
            self.rpc,
            sessions=self.session_rows,
            uploads=self.upload_rows,
            transfers=self.transfer_rows,
            videos=self.videos,
            filters=MemoryFilters(),
        )
        self.client: FlaskClient = self.app.test_client()

    def token(
        self,
        role: str,
        *,
        community: str | None = None,
        grid: str | None = None,
        department: str | None = None,
        name: str = "",
    ) -> str:
        account = an_account(role, community=community, grid=grid, department=department, name=name)
        kind = DEPARTMENT if role == "department" else STAFF
        sessions = Sessions(self.session_rows, lifetime=timedelta(hours=1))
        return sessions.open(account=account, kind=kind)[0]

    def worker(self) -> str:
        return self.token("grid_worker", community="c01", grid="c01-g01")

    def ask(
        self, method: str, path: str, *, token: str = "", key: str | None = "", **options: Any
    ) -> TestResponse:
        headers = dict(options.pop("headers", {}))
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if key is not None and method == "POST":
            headers["Idempotency-Key"] = key or uuid4().hex
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, buffered=True, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self.ask("POST", path, json={} if body is None else body, **options)

    def upload(
        self, content: bytes, *, token: str, name: str = "photo.jpg", key: str | None = "", **form: str
    ) -> TestResponse:
        # By hand: werkzeug's test client leaves its temporary files open.
        parts = [_part(f'name="{field}"', value.encode()) for field, value in form.items()]
        parts.append(_part(f'name="file"; filename="{name}"', content))
        body = b"".join(parts) + b"--x--\r\n"
        content_type = "multipart/form-data; boundary=x"
        return self.ask("POST", "/media", token=token, key=key, data=body, content_type=content_type)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.ask("GET", path, **options)


def _part(disposition: str, content: bytes) -> bytes:
    head = f"--x\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
    return head.encode() + content + b"\r\n"


def an_account(
    role: str,
    *,
    community: str | None = None,
    grid: str | None = None,
    department: str | None = None,
    name: str = "",
) -> Account:
    return Account(
        account_id=str(uuid5(_ACCOUNTS, f"{role} {community} {grid} {department} {name}")),
        display_name=name or role,
        roles=(role,),
        community=community,
        grid=grid,
        department=department,
    )


def a_receipt(**changes: Any) -> CaseReceipt:
    receipt = CaseReceipt(
        case_id=CASE_ID, number="140303-20260302-000001", state="classified", cycle=1, version=2
    )
    return msgspec.structs.replace(receipt, **changes)


def a_view(**changes: Any) -> CaseView:
    view = CaseView(
        case_id=CASE_ID,
        number="140303-20260302-000001",
        state="classified",
        step=2,
        category="0202",
        community="c01",
        grid="c01-g01",
        lead="CGJ",
        cycle=1,
        reported_at=THEN,
        updated_at=THEN,
        version=2,
        kind="C",
        urgency="N",
        text="路灯不亮, 夜间行走不便。",
        address=None,
        point=None,
        occurred_at=THEN,
        channel="app",
        anonymous=False,
        mine=True,
        escalation=0,
        co_handlers=(),
        evidence=(),
    )
    return msgspec.structs.replace(view, **changes)


def an_order() -> OrderView:
    return OrderView(
        order_id=ORDER_ID,
        case_id=CASE_ID,
        number="140303-20260302-000001",
        cycle=1,
        state="signed",
        department="CGJ",
        co_handlers=(),
        category="0202",
        kind="C",
        urgency="N",
        community="c01",
        grid="c01-g01",
        offered_at=THEN,
        signed_at=THEN,
        completed_at=None,
        result_id=None,
        result_text=None,
        evidence=(),
        version=2,
    )


def an_order_receipt(order_id: UUID = ORDER_ID) -> OrderReceipt:
    return OrderReceipt(
        order_id=order_id, case_id=CASE_ID, number="140303-20260302-000001", state="signed", version=4
    )


def a_report(**changes: Any) -> dict[str, Any]:
    report = {
        "grid": "c01-g01",
        "category": "0202",
        "text": "路灯不亮, 夜间行走不便, 请尽快维修。",
        "occurred_at": "2026-03-02T19:30:00+08:00",
        "channel": "app",
    }
    return {**report, **changes}


def code_of(response: TestResponse) -> str:
    """The problem's code; a refusal in any other form fails here."""
    assert response.content_type == "application/problem+json", response.data[:200]
    said = response.get_json()
    assert said["type"] == f"urn:qiaotou:problem:{said['code']}"
    assert said["status"] == response.status_code
    assert said["title"]
    return str(said["code"])
