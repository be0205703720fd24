"""Towns (町丁目) with their places on the map."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base


class AddressTown(Base):
    """Town (町丁目) of a municipality, or a small section of one (小字), as loaded from a list of addresses.

    `code` is the municipality's (JIS X 0402, five digits), "" where the list tells none. Latitude and
    longitude are millionths of a degree (WGS 84) of its middle, NULL where the list tells none.
    """

    __tablename__ = "address_town"

    prefecture: Mapped[str] = mapped_column(String(10), primary_key=True)
    city: Mapped[str] = mapped_column(String(60), primary_key=True)
    town: Mapped[str] = mapped_column(String(200), primary_key=True)
    koaza: Mapped[str] = mapped_column(String(200), primary_key=True)
    code: Mapped[str] = mapped_column(String(5))
    latitude: Mapped[int | None]
    longitude: Mapped[int | None]
