"""The registry API: places of a postal code."""

from fastapi import APIRouter, Request, Response

from madoguchi.kernel.japanese import parse_postal_code
from madoguchi.registry.errors import RegistryError
from madoguchi.registry.schemas import PostalCodeOut, PostalPlaceOut
from madoguchi.registry.service import PostalPlace, lookup_postal_code

router = APIRouter(prefix="/api/v1", tags=["addresses"])


@router.get("/postal-codes/{code}", summary="郵便番号から住所 / Address of a postal code")
async def get_postal_code(request: Request, response: Response, code: str) -> PostalCodeOut:
    """The places of a postal code, typed in any usual way. 422: it is none; 404: unknown."""
    digits = parse_postal_code(code)
    async with request.app.state.database.reading() as session:
        places = await lookup_postal_code(session, digits)
    if not places:
        raise RegistryError(
            "postal_code_unknown",
            404,
            {
                "ja": "この郵便番号の住所は登録されていません。住所を直接入力してください。",
                "en": "No address is known for this postal code. Please type the address.",
            },
        )
    response.headers["Cache-Control"] = "public, max-age=86400"
    return PostalCodeOut(
        postal_code=digits,
        prefecture=_shared([place.prefecture for place in places]),
        city=_shared([place.city for place in places]),
        street=_shared([place.street for place in places]),
        places=[_place(place) for place in places],
    )


def _shared(names: list[str]) -> str:
    """The name when all agree, else "": never guess between two towns."""
    return names[0] if len(set(names)) == 1 else ""


def _place(place: PostalPlace) -> PostalPlaceOut:
    return PostalPlaceOut(prefecture=place.prefecture, city=place.city, street=place.street)
