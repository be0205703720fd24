"""PyPI gbizinfo 0.1.1 asks the service at argv[1] with the key argv[2]; what it understood, as JSON."""

import json
import sys
from datetime import date

from gbizinfo import GbizClient

address, key, number = sys.argv[1:4]
told = {}
with GbizClient(key, base_url=f"{address}/hojin", rate_limit_per_sec=100) as client:
    found = client.search(name="みなと", limit=10)
    told["search"] = sorted(info.corporate_number for info in found.items)
    told["pages"] = sorted(
        info.corporate_number for info in client.paginate_search(limit=2, name="みなと")
    )
    whole = client.get(number, metadata_flg=True)
    told["name"], told["capital_stock"] = whole.name, whole.capital_stock
    told["source"] = whole.meta_data.source.name
    for kind in (
        "certification",
        "commendation",
        "corporation",
        "finance",
        "patent",
        "procurement",
        "subsidy",
        "workplace",
    ):
        section = getattr(client, f"get_{kind}")(number)
        told[kind] = section.model_dump(mode="json", by_alias=True, exclude_none=True)
        changed = getattr(client, f"get_update_{kind}")(
            from_date=date(2026, 6, 1), to_date=date(2026, 6, 2)
        )
        told[f"update_{kind}"] = len(changed.items)
    told["update"] = sorted(
        info.corporate_number
        for info in client.get_update_info(
            from_date=date(2026, 6, 1), to_date=date(2026, 6, 2)
        ).items
    )
    try:
        client.get("7000012050002")
    except Exception as fault:
        told["unknown"] = type(fault).__name__
with GbizClient("wrong", base_url=f"{address}/hojin") as client:
    try:
        client.get(number)
    except Exception as fault:
        told["wrong_key"] = type(fault).__name__
print(json.dumps(told, ensure_ascii=False))
