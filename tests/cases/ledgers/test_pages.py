"""The pages of ledgers: what is left for its holder, recording and correcting for officials."""

import re
from html import unescape

from httpx import Response

from tests.cases.ledgers.world import Ledgers


def said(answer: Response) -> str:
    """What a page says, without its markup."""
    main = answer.text.partition("<main")[2]
    assert "cases." not in main, "a text without words"
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


async def test_a_holder_sees_what_is_left(ledgers: Ledgers) -> None:
    await ledgers.use("examiner", "30.5", reference="1<b>2", details={"港": "横浜"})
    holder = await ledgers.office.client("applicant")
    listed, page = (
        await holder.get("/ledgers"),
        await holder.get(f"/ledgers/{ledgers.entry.entry_id}"),
    )
    for answer in (listed, page):
        assert answer.status_code == 200
        assert "74.5 kg" in said(answer)
        assert "炭素繊維" in said(answer)
    assert "1<b>2" in said(page)
    assert "<b>2" not in page.text
    assert "記録する" not in said(page)
    use = re.search(r"/ledgers/\w+/uses/\w+", page.text)
    assert use is not None
    one = await holder.get(use[0])
    assert "横浜" in said(one)
    assert "取り消す" not in said(one)
    assert (await holder.post(f"{use[0]}/release", data={"reason": "x"})).status_code == 403
    other = await ledgers.office.client("elsewhere")
    assert (await other.get(use[0])).status_code == 404
    public = await ledgers.office.client("public")
    assert (await public.get(f"/ledgers/{ledgers.entry.entry_id}")).status_code == 404
    entry = await holder.get("/registers/trial-licences/L0001")
    assert f"/ledgers/{ledgers.entry.entry_id}" in entry.text
    assert "/ledgers/" not in (await public.get("/registers/trial-licences/L0001")).text


async def test_an_official_records_finalises_corrects_and_cancels(ledgers: Ledgers) -> None:
    official = await ledgers.office.client("examiner")
    where = f"/ledgers/{ledgers.entry.entry_id}"
    form = {"reference": "申告１", "on": "令和8年5月1日", "state": "reserved", "note": "横浜港"}
    wrong = {
        "too much": {**form, "amount-0": "１０５．００１"},
        "no number": {**form, "amount-0": "たくさん"},
        "nothing": form,
        "no day": {**form, "on": "2月30日", "amount-0": "1"},
        "no number of it": {**form, "reference": "", "amount-0": "1"},
    }
    assert "炭素繊維" in said(await official.get(f"{where}/record"))
    for what, typed in wrong.items():
        answer = await official.post(f"{where}/record", data=typed)
        assert answer.status_code in (409, 422), what
        assert "横浜港" in answer.text, f"{what}: what was typed is kept"
        assert 'aria-invalid="true"' in answer.text, what
    assert (await ledgers.left())["5(1)"] == "105"
    done = await official.post(
        f"{where}/record", data={**form, "amount-0": "４０．５", "amount-2": "9,000"}
    )
    assert (done.status_code, done.headers["location"]) == (303, where)
    again = await official.post(f"{where}/record", data={**form, "amount-0": "40.5"})
    assert again.status_code == 409, "a double click records once"
    page = await official.get(where)
    assert await ledgers.left() == {"5(1)": "64.5", "6(2)": "3.675", "": "991000"}
    use = re.search(r"/ledgers/\w+/uses/\w+", page.text)
    assert use is not None
    opened = await official.get(use[0])
    assert 'value="40.5"' in opened.text
    amounts = {"amount-0": "40", "amount-2": "9000"}
    assert (await official.post(f"{use[0]}/finalise", data=amounts)).status_code == 303
    none = await official.post(f"{use[0]}/correct", data=amounts)
    assert none.status_code == 422
    assert "理由" in said(none)
    right = {"amount-0": "41", "reason": "計量の誤り"}
    assert (await official.post(f"{use[0]}/correct", data=right)).status_code == 303
    assert await ledgers.left() == {"5(1)": "64", "6(2)": "3.675", "": "1000000"}
    assert (
        await official.post(f"{use[0]}/release", data={"reason": "取消申請"})
    ).status_code == 303
    assert (await ledgers.left())["5(1)"] == "105"
    assert "計量の誤り" in said(await official.get(use[0]))
    assert (await official.post(f"{use[0]}/erase", data={})).status_code == 404
    approver = await ledgers.office.client("approver")
    assert (await approver.get(f"{where}/record")).status_code == 404
