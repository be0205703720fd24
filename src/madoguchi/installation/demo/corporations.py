"""Corporations of the demo (架空の法人): those its people act for, and a few hundred more.

The registry office code 9999 does not exist, so no real corporation can have these numbers; check
digits are right, municipalities are real, names and activities are invented.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.kernel.clock import Clock, jst_date
from madoguchi.kernel.japanese import corporate_number_check_digit
from madoguchi.kernel.japanese.prefectures import prefecture_code
from madoguchi.registry.activities.cleansing import cleansed
from madoguchi.registry.activities.keeping import keep
from madoguchi.registry.activities.synthesising import synthesise_activities
from madoguchi.registry.corporations.loading import take_in
from madoguchi.registry.corporations.record import Incoming, Record, checked
from madoguchi.registry.link import RegistryRecord, simulated_companies

MANY = 300
SOURCE = "demo:activities"
_SEED = 4
_ACTIVE = 0.6  # more than in the country: there shall be something to look at
_PLACES = [
    place.split()
    for place in """
    北海道 札幌市中央区 101, 宮城県 仙台市青葉区 101, 埼玉県 さいたま市大宮区 103, 千葉県 千葉市中央区 101,
    東京都 千代田区 101, 東京都 港区 103, 東京都 新宿区 104, 神奈川県 横浜市西区 103, 新潟県 新潟市中央区 103,
    石川県 金沢市 201, 福井県 鯖江市 207, 静岡県 静岡市葵区 101, 愛知県 名古屋市中区 106, 京都府 京都市下京区 106,
    大阪府 大阪市北区 127, 大阪府 堺市堺区 141, 兵庫県 神戸市中央区 110, 広島県 広島市中区 101, 香川県 高松市 201,
    福岡県 福岡市博多区 132, 沖縄県 那覇市 201
    """.split(",")
]
_HEADS = [
    name.split("/")
    for name in """
    あおぞら/アオゾラ 若草/ワカクサ みどり/ミドリ 朝日川/アサヒガワ 北斗/ホクト 瀬戸浜/セトハマ 白樺/シラカバ
    ひなた/ヒナタ 大鷹/オオタカ 七福/シチフク ミナモト/ミナモト 銀河/ギンガ 松風/マツカゼ 桜井戸/サクライド 千鳥/チドリ
    """.split()
]
_TRADES = [
    name.split("/")
    for name in """
    電機/デンキ 建設/ケンセツ 食品/ショクヒン 運輸/ウンユ 化学/カガク 精機/セイキ 商事/ショウジ システム/システム
    エナジー/エナジー 製作所/セイサクショ 印刷/インサツ 農園/ノウエン メディカル/メディカル リサイクル/リサイクル
    酒造/シュゾウ 繊維/センイ 物産/ブッサン 設計/セッケイ 警備/ケイビ 観光/カンコウ
    """.split()
]
_FORMS = (("301", "株式会社", "01", 14), ("305", "合同会社", "03", 4), ("302", "有限会社", "02", 2))


async def fill_corporations(session: AsyncSession, clock: Clock) -> tuple[int, int]:
    """Record the corporations and what they did; how many there are of each. The caller commits."""
    today = jst_date(clock())
    records = [
        *(_of_link(record, place, today) for place, record in enumerate(_companies(), 1)),
        *_invented(today),
    ]
    await take_in(session, [Incoming(checked(record), latest=True) for record in records])
    told = synthesise_activities((record.number for record in records), _SEED, active=_ACTIVE)
    rows = [cleansed(row, today) for row in told]
    await keep(session, SOURCE, rows, clock())
    return len(records), len(rows)


def _companies() -> list[RegistryRecord]:
    return [record for record in simulated_companies().values() if record.status == "active"]


def _invented(today: date) -> Iterator[Record]:
    chance = Random(_SEED)  # noqa: S311 - the demo is the same for everybody
    for serial in range(100_001, 100_001 + MANY):
        kind, form, office, _ = chance.choices(_FORMS, [item[3] for item in _FORMS])[0]
        # Every name once: heads and trades go round at different speeds.
        place = serial - 100_001
        head, head_kana = _HEADS[place % len(_HEADS)]
        trade, trade_kana = _TRADES[(place // len(_HEADS)) % len(_TRADES)]
        prefecture, city, code = chance.choice(_PLACES)
        base = f"9999{office}{serial:06}"
        name = f"{form}{head}{trade}" if chance.random() < 0.6 else f"{head}{trade}{form}"
        closed = chance.random() < 0.06
        day = today - timedelta(days=chance.randrange(30, 3_000))
        yield _record(
            number=f"{corporate_number_check_digit(base)}{base}",
            name=name,
            kana=head_kana + trade_kana,
            kind=kind,
            prefecture=prefecture,
            city=city,
            city_code=code,
            street=_wide(
                "架空町{}丁目{}番{}号".format(*(chance.randrange(1, 20) for _ in range(3)))
            ),
            changed_on=day,
            closed_on=day if closed else None,
            place=place + 1_000,
            today=today,
        )


def _of_link(company: RegistryRecord, place: int, today: date) -> Record:
    """The record of a company of the simulated registry link, so that both say the same of it."""
    address = company.address
    return _record(
        number=company.number,
        name=company.name,
        kana=company.kana,
        kind=_kind(company.name),
        prefecture=address["prefecture"],
        city=address["city"],
        city_code="",
        street=address["street"] + (f"　{address['building']}" if address["building"] else ""),
        changed_on=max(company.established_on, date(2015, 10, 5)),
        closed_on=None,
        place=place,
        today=today,
        english=company.english_name,
        postal_code=address["postal_code"],
    )


def _kind(name: str) -> str:
    return next((kind for kind, form, _, _ in _FORMS if form in name), "399")


def _wide(text: str) -> str:
    """Digits in full width, as the agency writes addresses."""
    return text.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})


def _record(
    *,
    number: str,
    name: str,
    kana: str,
    kind: str,
    prefecture: str,
    city: str,
    city_code: str,
    street: str,
    changed_on: date,
    closed_on: date | None,
    place: int,
    today: date,
    english: str = "",
    postal_code: str = "",
) -> Record:
    return Record(
        number=number,
        updated_on=min(changed_on + timedelta(days=3), today),
        sequence=place,
        process="21" if closed_on else "01",
        corrected=False,
        changed_on=changed_on,
        name=name,
        name_image="",
        kind=kind,
        prefecture=prefecture,
        city=city,
        street=street,
        address_image="",
        prefecture_code=prefecture_code(prefecture),
        city_code=city_code,
        postal_code=postal_code,
        abroad="",
        abroad_image="",
        closed_on=closed_on,
        close_cause="01" if closed_on else "",
        successor="",
        change_cause="",
        assigned_on=max(date(2015, 10, 5), min(changed_on, today)),
        english_name=english,
        english_prefecture="",
        english_city="",
        english_abroad="",
        kana=kana,
        hidden=False,
    )
