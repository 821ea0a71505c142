from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.refusal import NotFound
from chassis.rpc_client import RemoteRefusal
from contracts.commands.case_views import EvidenceListing, HeldEvidence
from contracts.commands.orders import OrderPage
from contracts.vocabulary import MediaKind
from gateway import wsgi
from gateway.media.links import GOOD_FOR, Links, a_key
from gateway.media.serving import Variant
from gateway.refusals import LinkExpired
from tests.unit.gateway.cell import CASE_ID, Cell, code_of
from tests.unit.gateway.pictures import MP4, PDF, a_photo
from tests.unit.gateway.test_media_routes import ORDER_ID, an_order

NOW = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
LINKS = Links(a_key())
MEDIA_ID = uuid4()
TOKEN = LINKS.token(MEDIA_ID, Variant.POSTER, expires_at=NOW + GOOD_FOR)
PREFIX = "/api/v1"


def held(cell: Cell, content: bytes, *, stage: str = "report", owner: str = "") -> HeldEvidence:
    stored = cell.upload(content, token=owner or cell.worker()).get_json()
    return HeldEvidence(
        media_id=UUID(stored["media_id"]),
        sha256=stored["sha256"],
        kind=MediaKind(stored["kind"]),
        stage=stage,
        cycle=1,
    )


def tell(cell: Cell, *items: HeldEvidence, exactly: bool = True) -> None:
    listing = EvidenceListing(case_id=CASE_ID, items=items, exactly=exactly)
    cell.rpc.tell("intake", "evidence_listing", listing)
    cell.rpc.tell("dispatch", "orders_of_case", OrderPage(items=(), next_cursor=None))


def listed(cell: Cell) -> list[dict[str, Any]]:
    answer = cell.get(f"/cases/{CASE_ID}/evidence", token=cell.token("clerk", community="c01"))
    assert answer.status_code == 200, answer.data
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


def follow(cell: Cell, url: str, **options: Any) -> Any:
    """As a player would: with the link, and nothing else."""
    assert url.startswith(f"{PREFIX}/files/")
    return cell.get(url.removeprefix(PREFIX), **options)


def test_a_token_opens_what_it_was_made_for_until_its_time() -> None:
    assert LINKS.read(TOKEN, now=NOW) == (MEDIA_ID, Variant.POSTER, NOW + GOOD_FOR)
    LINKS.read(TOKEN, now=NOW + GOOD_FOR - timedelta(milliseconds=1))
    for late in (timedelta(), timedelta(days=400)):
        with pytest.raises(LinkExpired):
            LINKS.read(TOKEN, now=NOW + GOOD_FOR + late)


def test_another_cells_key_opens_nothing() -> None:
    with pytest.raises(NotFound):
        Links(a_key()).read(TOKEN, now=NOW)


@given(at=st.integers(0, len(TOKEN) - 1), put=st.characters(max_codepoint=127))
def test_a_token_with_one_character_changed_opens_nothing(at: int, put: str) -> None:
    changed = TOKEN[:at] + put + TOKEN[at + 1 :]
    # Plus and slash are other writings of the same bytes.
    if changed.translate(str.maketrans("+/", "-_")) != TOKEN:
        with pytest.raises(NotFound):
            LINKS.read(changed, now=NOW)


@given(token=st.text(max_size=200))
def test_a_token_of_any_text_opens_nothing(token: str) -> None:
    with pytest.raises(NotFound):
        LINKS.read(token, now=NOW)


def test_an_expired_token_that_was_changed_is_not_found_and_not_expired() -> None:
    with pytest.raises(NotFound):
        LINKS.read(TOKEN[:-1] + ("A" if TOKEN[-1] != "A" else "B"), now=NOW + timedelta(days=1))


@pytest.mark.parametrize("key", ["", "short", "a" * 31])
def test_a_key_that_could_be_guessed_is_none(key: str) -> None:
    with pytest.raises(ValueError, match="QIAOTOU_FILE_KEY"):
        Links(key)


def test_a_production_gateway_does_not_start_without_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIAOTOU_MODE", "production")
    monkeypatch.delenv("QIAOTOU_FILE_KEY", raising=False)
    with pytest.raises(ValueError, match="QIAOTOU_FILE_KEY"):
        wsgi.serve()


def test_every_gateway_of_a_cell_reads_the_others_links(tmp_path: Path) -> None:
    def links(name: str, key: str) -> Links:
        made: Links = Cell(tmp_path / name, file_key=key).app.extensions["qiaotou"].links
        return made

    token = links("one", "k" * 32).token(MEDIA_ID, Variant.SHOWN, expires_at=NOW + GOOD_FOR)
    assert links("another", "k" * 32).read(token, now=NOW)[0] == MEDIA_ID
    with pytest.raises(NotFound):
        links("stranger", "l" * 32).read(token, now=NOW)


def test_the_evidence_of_a_case_is_listed_with_links_that_need_no_session(cell: Cell) -> None:
    photo, video, paper = (held(cell, each) for each in (a_photo(), MP4, PDF))
    tell(cell, photo, video, paper)
    items = listed(cell)
    assert [(each["media_id"], each["kind"], each["stage"]) for each in items] == [
        (str(photo.media_id), "photo", "report"),
        (str(video.media_id), "video", "report"),
        (str(paper.media_id), "document", "report"),
    ]
    for item, mime in zip(items, ("image/jpeg", "video/mp4", "application/pdf"), strict=True):
        opened = follow(cell, item["url"])
        assert (opened.status_code, opened.mimetype) == (200, mime)
        assert (item["mime"], item["size_bytes"]) == (mime, len(opened.data))
        assert opened.headers["Referrer-Policy"] == "no-referrer"
    assert [each["poster_url"] is not None for each in items] == [False, True, False]
    poster = follow(cell, items[1]["poster_url"])
    assert (poster.mimetype, poster.data) == ("image/jpeg", b"a poster")
    assert items[1]["duration_ms"] == 2000


def test_a_link_is_good_for_ten_minutes_and_so_is_what_a_browser_keeps(cell: Cell) -> None:
    tell(cell, held(cell, MP4))
    (item,) = listed(cell)
    left = datetime.fromisoformat(item["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)
    kept = follow(cell, item["url"]).headers["Cache-Control"]
    assert 0 < int(kept.partition("max-age=")[2].partition(",")[0]) <= 600
    assert "private" in kept


def test_a_player_seeks_by_a_link(cell: Cell) -> None:
    tell(cell, held(cell, MP4))
    (item,) = listed(cell)
    part = follow(cell, item["url"], headers={"Range": "bytes=5-14"})
    assert (part.status_code, part.data) == (206, MP4[:10])


def test_a_link_names_no_case_and_no_person(cell: Cell) -> None:
    piece = held(cell, a_photo())
    tell(cell, piece)
    (item,) = listed(cell)
    owner = cell.upload_rows.kept[piece.media_id].owner
    for name in (str(CASE_ID), owner, str(piece.media_id), CASE_ID.hex):
        assert name not in item["url"]


def test_an_expired_and_a_changed_link_are_problems(cell: Cell) -> None:
    piece = held(cell, a_photo())
    links = cell.app.extensions["qiaotou"].links
    past = links.token(piece.media_id, Variant.SHOWN, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    expired = cell.get(f"/files/{past}")
    assert (expired.status_code, code_of(expired)) == (410, "link_expired")
    changed = cell.get(f"/files/{past[:-2]}xx")
    assert (changed.status_code, code_of(changed)) == (404, "not_found")
    ahead = datetime.now(UTC) + GOOD_FOR
    for token in (
        links.token(uuid4(), Variant.SHOWN, expires_at=ahead),
        links.token(piece.media_id, Variant.POSTER, expires_at=ahead),
    ):
        assert code_of(cell.get(f"/files/{token}")) == "not_found"


def test_who_may_not_see_the_case_gets_no_links(cell: Cell) -> None:
    cell.rpc.tell("intake", "evidence_listing", RemoteRefusal("not_found"))
    refused = cell.get(f"/cases/{CASE_ID}/evidence", token=cell.worker())
    assert (refused.status_code, code_of(refused)) == (404, "not_found")
    cell.rpc.tell("dispatch", "get_order", RemoteRefusal("unknown_order"))
    foreign = cell.get(
        f"/department/orders/{ORDER_ID}/evidence", token=cell.token("department", department="ZJJ")
    )
    assert code_of(foreign) == "unknown_order"


def test_a_result_that_intake_does_not_hold_yet_is_listed_once(cell: Cell) -> None:
    before, after = held(cell, a_photo(seed=1)), held(cell, a_photo(seed=2), stage="result")
    tell(cell, before, after)
    orders = OrderPage(items=(an_order(after),), next_cursor=None)
    cell.rpc.tell("dispatch", "orders_of_case", orders)
    assert [each["stage"] for each in listed(cell)] == ["report", "result"]
    tell(cell, before)
    cell.rpc.tell("dispatch", "orders_of_case", orders)
    assert [(each["media_id"], each["stage"]) for each in listed(cell)] == [
        (str(before.media_id), "report"),
        (str(after.media_id), "result"),
    ]


def test_a_department_gets_links_to_the_case_behind_its_order_until_it_is_anothers(cell: Cell) -> None:
    officer = cell.token("department", department="CGJ")
    before, after = held(cell, a_photo()), held(cell, a_photo(seed=2), owner=officer)
    tell(cell, before, exactly=False)
    cell.rpc.tell("dispatch", "get_order", an_order(after))
    path = f"/department/orders/{ORDER_ID}/evidence"
    said = cell.get(path, token=officer).get_json()
    assert [each["stage"] for each in said["items"]] == ["report", "result"]
    assert said["exactly"] is False
    assert all(follow(cell, each["url"]).status_code == 200 for each in said["items"])
    cell.rpc.tell("intake", "evidence_listing", RemoteRefusal("not_found"))
    assert [each["stage"] for each in cell.get(path, token=officer).get_json()["items"]] == ["result"]


def test_a_file_that_is_lost_or_another_keeps_its_place_without_a_link(cell: Cell) -> None:
    piece = held(cell, a_photo())
    cell.upload_rows.kept.clear()
    cell.app.extensions["qiaotou"].uploads._remembered.clear()
    tell(cell, piece)
    (item,) = listed(cell)
    assert item["sha256"] == piece.sha256
    assert [item[name] for name in ("url", "poster_url", "mime", "expires_at")] == [None] * 4


def test_no_log_line_has_the_token(cell: Cell, capfd: pytest.CaptureFixture[str]) -> None:
    tell(cell, held(cell, a_photo()))
    (item,) = listed(cell)
    token = item["url"].rpartition("/")[2]
    follow(cell, item["url"])
    cell.get(f"/files/{token[:-2]}xx")
    said = "".join(capfd.readouterr())
    assert "/api/v1/files/<token>" in said
    assert token[:20] not in said
