"""PyPI japan-corporate-mcp 0.1.0 asks the service at argv[1] with the key argv[2]; its answers, as JSON."""

import asyncio
import json
import sys

from japan_corporate_mcp import gbizinfo

address, key, number = sys.argv[1:4]
gbizinfo.BASE_URL = f"{address}/hojin/v1"


async def ask() -> dict:
    return {
        "search": await gbizinfo.search_companies(key, "みなと"),
        "info": await gbizinfo.get_company_info(key, number),
        "finance": await gbizinfo.get_company_finance(key, number),
        "patent": await gbizinfo.get_company_patents(key, number),
        "subsidy": await gbizinfo.get_company_subsidies(key, number),
        "procurement": await gbizinfo.get_company_procurement(key, number),
    }


print(json.dumps(asyncio.run(ask()), ensure_ascii=False))
