"""Tiles around a point: known values, a whole picture, the edges of the world."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from madoguchi.registry.viewing.mapping import HEIGHT, SIDE, WIDTH, ZOOMS, map_of, pixel_of
from madoguchi.settings import Settings

PLAIN = "https://tiles.example/{z}/{x}/{y}.png"


@pytest.mark.parametrize(
    ("latitude", "longitude", "zoom", "tile"),
    [
        # slippy map tilenames of the OpenStreetMap wiki
        ("0", "0", 1, (1, 1)),
        ("35.681236", "139.767125", 15, (29105, 12903)),  # Tokyo station
        ("43.068661", "141.350755", 13, (7312, 3008)),  # Sapporo station
        ("26.212401", "127.680932", 17, (112023, 55640)),  # Naha, the prefecture's office
    ],
)
def test_the_tile_a_point_is_in(
    latitude: str, longitude: str, zoom: int, tile: tuple[int, int]
) -> None:
    across, down = pixel_of(Decimal(latitude), Decimal(longitude), zoom)
    assert (int(across // SIDE), int(down // SIDE)) == tile


@given(
    st.decimals("20", "46", places=6), st.decimals("122", "154", places=6), st.sampled_from(ZOOMS)
)
def test_tiles_cover_the_picture_and_none_is_outside(
    latitude: Decimal, longitude: Decimal, zoom: int
) -> None:
    tiles = map_of(latitude, longitude, zoom, PLAIN).tiles
    assert len({tile.address for tile in tiles}) == len(tiles)
    covered = sum(
        (min(tile.x + SIDE, WIDTH) - max(tile.x, 0)) * (min(tile.y + SIDE, HEIGHT) - max(tile.y, 0))
        for tile in tiles
    )
    assert covered == WIDTH * HEIGHT
    assert all(-SIDE < tile.x < WIDTH and -SIDE < tile.y < HEIGHT for tile in tiles)


def test_zooms_lead_to_each_other() -> None:
    point = Decimal("35.6"), Decimal("139.7")
    assert [map_of(*point, zoom, PLAIN)[2:] for zoom in ZOOMS] == [(None, 15), (13, 17), (15, None)]


@pytest.mark.parametrize(
    "tiles",
    ["https://a.example/", "javascript:{z}{x}{y}", "https://a.example/{z}/{x}", "https://a b/{z}{x}{y}",
     "https://a.example;img-src *;/{z}/{x}/{y}", "ftp://a.example/{z}/{x}/{y}"],
)  # fmt: skip
def test_an_address_of_tiles_that_is_none_is_refused_at_the_start(tiles: str) -> None:
    with pytest.raises(ValidationError):
        Settings(map_tiles=tiles)


def test_a_network_of_ones_own_or_none() -> None:
    assert Settings(map_tiles="none").map_tiles == "none"
    assert Settings(map_tiles="http://10.0.0.1:8080/t/{z}/{x}/{y}.webp").map_tiles.startswith(
        "http"
    )
