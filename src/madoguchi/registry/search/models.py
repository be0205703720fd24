"""Tables of the search: the log of what changed, which indexes read to keep up."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base, Json, UtcDateTime


class RegistryChange(Base):
    """Change (法人情報の変更) of some corporations: their numbers, in the order of `place`.

    Places are given out in the order of commits, without gaps in between: who has read up to one has
    missed nothing. Old rows go; an index older than they are is built anew.
    """

    __tablename__ = "registry_change"

    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    numbers: Mapped[list[str]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
