"""Shapes of the registry API."""

from pydantic import BaseModel


class PostalPlaceOut(BaseModel):
    """One place a postal code stands for."""

    prefecture: str
    city: str
    street: str


class PostalCodeOut(BaseModel):
    """A postal code: what all its places share, to be filled in, and the places themselves."""

    postal_code: str
    prefecture: str
    city: str
    street: str
    places: list[PostalPlaceOut]
