"""Where something comes from (出典), in the words of gBizINFO's meta-data."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Provenance:
    """The six fields of meta-data. Days are those of Japan, "" where there is none."""

    source: str
    data_quality: str
    import_frequency: str
    key_field: str
    last_acquisition_date: str
    last_update_date: str


def provenance(source: str, acquired_on: date | None, updated_on: date | None) -> Provenance:
    """What is known of a source ("csv:Hojokinjoho", "register:alcohol-makers") and when it told it."""
    form, _, name = source.partition(":")
    told, quality, frequency = _FORMS.get(form, (source, "公表されたまま", "随時"))
    return Provenance(
        source=told.format(name=name),
        data_quality=quality,
        import_frequency=frequency,
        key_field="corporate_number",
        last_acquisition_date=acquired_on.isoformat() if acquired_on else "",
        last_update_date=updated_on.isoformat() if updated_on else "",
    )


_FORMS = {
    "csv": ("gBizINFO（経済産業省）{name}", "公表されたまま", "ファイルを取り込んだとき"),
    "json": ("gBizINFO（経済産業省）", "公表されたまま", "ファイルを取り込んだとき"),
    "register": ("登録簿 {name}", "行政庁の決定による", "決定の都度"),
    "nta": ("国税庁法人番号公表サイト", "公表されたまま", "差分ファイルを取り込んだとき"),
    "synthetic": ("試験のために合成した記録", "架空", "一度"),
    "demo": ("試用のための架空の記録", "架空", "一度"),
}
