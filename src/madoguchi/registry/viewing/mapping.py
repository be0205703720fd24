"""The map of a corporation's page (地図): tiles of a map service put side by side on the server.

Tiles are addressed as everywhere on the web: 256 pixels of the Mercator projection of a sphere (EPSG
3857), 2^zoom a side, from the north-west. No script is needed, and the marker stands to the pixel.
"""

from decimal import Decimal
from math import asinh, floor, pi, radians, tan
from typing import NamedTuple
from urllib.parse import urlsplit

from madoguchi.web.security_headers import CONTENT_SECURITY_POLICY

WIDTH, HEIGHT, SIDE = 480, 320, 256
ZOOMS = (13, 15, 17)  # a town with its surroundings, the town, its streets


class Tile(NamedTuple):
    """A picture, and where its north-western corner stands in the map, in pixels."""

    address: str
    x: int
    y: int


class Map(NamedTuple):
    """A map with its middle marked; `wider` and `closer` are zooms there are as well."""

    tiles: list[Tile]
    zoom: int
    wider: int | None
    closer: int | None


def map_of(latitude: Decimal, longitude: Decimal, zoom: int, template: str) -> Map:
    """WIDTH × HEIGHT pixels around a point (degrees, WGS 84), at one of ZOOMS."""
    across, down = pixel_of(latitude, longitude, zoom)
    left, top = round(across) - WIDTH // 2, round(down) - HEIGHT // 2
    most = 2**zoom - 1
    tiles = [
        Tile(template.format(z=zoom, x=x, y=y), x * SIDE - left, y * SIDE - top)
        for y in range(_tile_of(top), _tile_of(top + HEIGHT - 1) + 1)
        for x in range(_tile_of(left), _tile_of(left + WIDTH - 1) + 1)
        if 0 <= x <= most and 0 <= y <= most
    ]
    place = ZOOMS.index(zoom)
    wider = ZOOMS[place - 1] if place else None
    closer = ZOOMS[place + 1] if place + 1 < len(ZOOMS) else None
    return Map(tiles, zoom, wider, closer)


def pixel_of(latitude: Decimal, longitude: Decimal, zoom: int) -> tuple[float, float]:
    """Pixels from the north-western corner of the world."""
    world = SIDE * 2**zoom
    north = asinh(tan(radians(float(latitude)))) / pi
    return (float(longitude) + 180) / 360 * world, (1 - north) / 2 * world


def _tile_of(pixel: int) -> int:
    return floor(pixel / SIDE)


def policy(template: str) -> str:
    """The Content-Security-Policy of a page that shows these tiles: theirs is the one other origin."""
    parts = urlsplit(template)
    pictures = "img-src 'self' data:"
    return CONTENT_SECURITY_POLICY.replace(pictures, f"{pictures} {parts.scheme}://{parts.netloc}")
