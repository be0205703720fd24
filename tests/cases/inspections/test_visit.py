"""On site: records kept once, conflicts shown, nothing lost, photographs developed."""

import io
from datetime import date, timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from madoguchi.cases.errors import CaseError
from madoguchi.cases.inspections import photos
from madoguchi.cases.inspections.checklist import State, load_state
from madoguchi.cases.inspections.findings import findings_of
from madoguchi.cases.inspections.models import VisitPhoto, VisitRecord
from madoguchi.cases.inspections.programme import pinned
from madoguchi.documents import service as documents
from madoguchi.documents.service import DocumentError
from madoguchi.kernel import journal
from tests.cases.inspections.world import NOON, World, jpeg


async def state_of(world: World, inspection_id: str) -> State:
    async with world.counter.database.reading() as session:
        inspection = await world.get(inspection_id)
        return await load_state(session, inspection, await pinned(session, inspection.digest))


async def keep(
    world: World,
    who: str,
    inspection_id: str,
    content: bytes,
    key: str,
    client_id: str = "p-000001",
) -> VisitPhoto:
    photo = await documents.take_photo(content, "現場.jpg")
    async with world.counter.database.session() as session:
        kept = await photos.keep_photo(
            session,
            world.counter.blobs,
            world.actor(who),
            world.counter.clock,
            inspection_id,
            client_id=client_id,
            key=key,
            made_at=NOON,
            photo=photo,
        )
        await session.commit()
        return kept


async def test_a_record_sent_twice_is_kept_once(world: World) -> None:
    inspection = await world.ready()
    first = await world.write(
        "inspector", inspection.id, "item:sign_shown", {"answer": "ok"}, client_id="same-one"
    )
    again = await world.write(
        "inspector", inspection.id, "item:sign_shown", {"answer": "ok"}, client_id="same-one"
    )
    other = await world.write(
        "inspector", inspection.id, "item:sign_shown", {"answer": "ng"}, client_id="same-one"
    )
    assert [first.status, again.status, other.status] == ["accepted", "duplicate", "refused"]
    assert other.message
    async with world.counter.database.reading() as session:
        assert len(list(await session.scalars(select(VisitRecord)))) == 1
    now = await world.get(inspection.id)
    assert (now.state, now.visit_on) == ("visiting", date(2026, 6, 1))


async def test_two_inspectors_who_disagree_are_both_heard(world: World) -> None:
    inspection = await world.ready()
    await world.write(
        "inspector", inspection.id, "item:books_kept", {"answer": "ok"}, client_id="from-one"
    )
    await world.write(
        "partner",
        inspection.id,
        "item:books_kept",
        {"answer": "ng", "note": "1冊ない"},
        client_id="from-two",
    )
    state = await state_of(world, inspection.id)
    assert state.conflicts == ["item:books_kept"]
    assert [
        (r.author_name, (r.value or {})["answer"]) for r in state.stands["item:books_kept"]
    ] == [
        ("検査 一郎", "ok"),
        ("同行 二葉", "ng"),
    ]
    await world.answer_all(inspection.id)
    state = await state_of(world, inspection.id)
    assert state.conflicts == ["item:books_kept"], (
        "answering again without having seen it settles nothing"
    )
    await world.write("inspector", inspection.id, "signature", {"name": "山田"})
    assert (await world.get(inspection.id)).state == "visiting", "a contradiction keeps it open"
    chosen = state.heads("item:books_kept")
    await world.write(
        "partner", inspection.id, "item:books_kept", {"answer": "ng"}, replaces=chosen
    )
    state = await state_of(world, inspection.id)
    assert (state.conflicts, state.unmet) == ([], ["books_kept"])
    done = await world.act("inspector", inspection.id, "finish")
    assert done.state == "visited"


async def test_the_visit_is_finished_when_nothing_is_missing_and_somebody_signed(
    world: World,
) -> None:
    inspection = await world.ready()
    await world.write("inspector", inspection.id, "start", {"card_shown": True})
    await world.write(
        "inspector", inspection.id, "signature", {"absent": True, "comment": "休業日"}
    )
    with pytest.raises(CaseError, match="visit-unfinished"):
        await world.act("inspector", inspection.id, "finish")
    await world.answer_all(inspection.id)
    assert (await world.act("inspector", inspection.id, "finish")).state == "visited"
    assert (
        await world.act("inspector", inspection.id, "resume", reason="見落とし")
    ).state == "visiting"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("item:nowhere", {"answer": "ok"}),
        ("item:sign_shown", {"answer": "たぶん"}),
        ("item:sulphur", {"answer": "0.00001"}),
        ("item:sulphur", {"answer": 3}),
        ("item:sign_shown", {"answer": "ok", "note": "あ" * 2001}),
        ("finding:x", {"severity": "grave", "text": "x"}),
        ("finding:x", {"severity": "remark", "text": "  "}),
        ("finding:../x", {"severity": "remark", "text": "x"}),
        ("signature", {"title": "店長"}),
        ("else", {}),
    ],
)
async def test_what_is_no_record_is_refused_in_words(
    world: World, key: str, value: dict[str, object]
) -> None:
    inspection = await world.ready()
    outcome = await world.write("inspector", inspection.id, key, value)
    assert outcome.status == "refused"
    assert outcome.message
    assert outcome.message["ja"]
    assert outcome.message["en"]
    assert (await world.get(inspection.id)).state == "ready"


async def test_numbers_are_judged_by_their_limits_and_kept_as_numbers(world: World) -> None:
    inspection = await world.ready()
    await world.write("inspector", inspection.id, "item:benzene", {"answer": "１．２"})
    state = await state_of(world, inspection.id)
    assert state.value("item:benzene") == {"answer": "1.2", "verdict": "ng", "note": ""}


async def test_records_from_a_phone_with_a_wrong_clock(world: World) -> None:
    inspection = await world.ready()
    ahead = world.counter.now + timedelta(days=400)
    await world.write("inspector", inspection.id, "start", {"card_shown": True}, made_at=ahead)
    async with world.counter.database.reading() as session:
        [row] = await session.scalars(select(VisitRecord))
    assert row.made_at <= world.counter.now
    assert (await world.get(inspection.id)).visit_on == date(2026, 6, 1)


async def test_what_arrives_after_the_results_is_kept_beside_them(world: World) -> None:
    inspection = await world.visited()
    await world.act("inspector", inspection.id, "propose_results")
    late = await world.write("partner", inspection.id, "item:sign_shown", {"answer": "ok"})
    assert late.status == "late"
    photo = await keep(world, "partner", inspection.id, jpeg(), "item:sign_shown")
    assert photo.late
    done = await world.act("approver", inspection.id, "approve_results")
    assert done.state == "improving"
    state = await state_of(world, inspection.id)
    assert [row.value["answer"] for row in state.late if row.value] == ["ok"]
    assert (state.unmet, state.late_photos[0].id) == (["sign_shown"], photo.id)


async def test_an_inspector_taken_off_can_still_send_what_they_have(world: World) -> None:
    inspection = await world.ready()
    await world.act(
        "planner",
        inspection.id,
        "assign",
        inspectors=[world.actor("inspector").id],
        visit_on="2026-06-02",
        site="0",
    )
    outcome = await world.write("partner", inspection.id, "item:sign_shown", {"answer": "ng"})
    assert outcome.status == "late"


async def test_findings_from_the_visit_reach_the_office_until_the_office_edits_them(
    world: World,
) -> None:
    inspection = await world.visited({"sign_shown": "guidance", "books_kept": "remark"})
    async with world.counter.database.reading() as session:
        first, second = await findings_of(session, inspection.id)
    assert (first.number, first.severity, first.law) == (
        1,
        "guidance",
        "揮発油等の品質の確保等に関する法律 第17条",
    )
    await world.act(
        "planner",
        inspection.id,
        "set_finding",
        finding=first.id,
        severity="instruction",
        text="直す",
    )
    changed = {"severity": "guidance", "text": "やはり軽い", "item": "sign_shown"}
    assert (
        await world.write("partner", inspection.id, "finding:sign_shown", changed)
    ).status == "late"
    changed = {"severity": "guidance", "text": "帳簿が古い", "item": "books_kept"}
    heads = (await state_of(world, inspection.id)).heads("finding:books_kept")
    assert (
        await world.write("partner", inspection.id, "finding:books_kept", changed, replaces=heads)
    ).status == "accepted"
    await world.write(
        "partner", inspection.id, "finding:new-one", {"severity": "remark", "text": "清掃"}
    )
    async with world.counter.database.reading() as session:
        found = await findings_of(session, inspection.id)
    assert [(f.number, f.text, f.severity) for f in found] == [
        (1, "直す", "instruction"),
        (2, "帳簿が古い", "guidance"),
        (3, "清掃", "remark"),
    ]
    assert second.id == found[1].id


async def test_others_cannot_record(world: World) -> None:
    inspection = await world.ready()
    for who in ("chief", "planner", "far", "applicant", "examiner"):
        with pytest.raises(CaseError, match="not_found"):
            await world.write(who, inspection.id, "item:sign_shown", {"answer": "ok"})


async def test_a_photograph_is_developed_and_its_metadata_noted_not_kept(world: World) -> None:
    inspection = await world.ready()
    kept = await keep(world, "inspector", inspection.id, jpeg(exif=True), "item:sign_photo")
    assert kept.original["taken_at"] == "2026-06-01T10:15:00"
    assert kept.original["located"] is True
    content = world.counter.blobs.path(kept.sha256).read_bytes()
    assert b"Exif" not in content
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (480, 640), "turned upright"
    same = await keep(
        world, "inspector", inspection.id, jpeg(exif=True), "item:sign_photo", "p-000002"
    )
    assert same.id == kept.id
    state = await state_of(world, inspection.id)
    assert state.answered("sign_photo")
    async with world.counter.database.session() as session:
        await photos.remove_photo(
            session, world.actor("partner"), world.counter.clock, inspection.id, kept.id
        )
        await session.commit()
    assert not (await state_of(world, inspection.id)).answered("sign_photo")
    assert world.counter.blobs.exists(kept.sha256), "what was taken out stays provable"
    async with world.counter.database.reading() as session:
        actions = [e.action for e in await journal.entries(session, f"inspection:{inspection.id}")]
    assert actions[-2:] == ["photo_kept", "photo_removed"]


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "空.jpg", "file_empty"),
        (b"%PDF-1.4 not a picture", "文書.pdf", "type_not_accepted"),
        (jpeg()[:300], "途中.jpg", "broken"),
        (b"<svg onload=alert(1)>", "絵.jpg", "type_mismatch"),
    ],
)
async def test_what_is_no_photograph_is_refused(content: bytes, name: str, code: str) -> None:
    with pytest.raises(DocumentError, match=code):
        await documents.take_photo(content, name)


async def test_large_and_odd_pictures_become_plain_ones() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (5000, 100), (255, 0, 0, 0)).save(out, "PNG")
    photo = await documents.take_photo(out.getvalue(), "透明.png")
    assert (photo.width, photo.height, photo.name) == (2560, 51, "透明.jpg")
    with Image.open(io.BytesIO(photo.content)) as image:
        assert image.format == "JPEG"
        assert image.getpixel((9, 9)) == (255, 255, 255)
    out = io.BytesIO()
    Image.new("CMYK", (40, 30)).save(out, "JPEG")
    assert (await documents.take_photo(out.getvalue(), "印刷.jpg")).width == 40


async def test_photographs_need_a_place(world: World) -> None:
    inspection = await world.ready()
    for key in ("item:nowhere", "signature", "finding:<x>"):
        with pytest.raises(CaseError, match="no-place"):
            await keep(world, "inspector", inspection.id, jpeg(), key)
    await keep(world, "inspector", inspection.id, jpeg(), "finding:f-1")
