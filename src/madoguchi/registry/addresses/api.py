"""The API of addresses."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from madoguchi.registry.addresses.service import LONGEST, locate

router = APIRouter(prefix="/api/v1", tags=["addresses"])


@router.get("/addresses", summary="住所を分けて位置を調べる / Split and place an address")
async def get_address(
    request: Request,
    address: Annotated[str, Query(min_length=1, max_length=LONGEST)],
) -> dict[str, Any]:
    """The parts of an address as GIF's Address, how far it was found, and the middle of its town.

    What cannot be found is no error: `matchLevel` tells, and what is left stands in buildingNameEtc.
    """
    async with request.app.state.database.reading() as session:
        found = await locate(session, address)
    return found.gif()
