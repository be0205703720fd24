"""The table of the journal, and the guards that keep it append-only.

The database refuses changes by triggers (APPEND_ONLY); the session refuses them earlier, with the
name of the entry, so that a programming error shows where it was made.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, Mapper, ORMExecuteState, Session, mapped_column

from madoguchi.kernel.database import APPEND_ONLY, Base, Json, UtcDateTime
from madoguchi.kernel.errors import DomainError

ERASED = "erased"  # the act under which the journal says that content was erased
_ERASED = text("action = 'erased'")
ERASING = "journal_erasing"  # execution option of the one statement that may change an entry


class JournalError(DomainError):
    """The journal refused (記録簿の拒否)."""


class Entry(Base):
    """Journal entry (記録): who did what to which subject, when; seq counts 1, 2, 3 per subject.

    `payload` and `salt` become NULL when the content is erased; everything else stays for ever.
    """

    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("subject", "seq"),
        # Erasures are few among millions, and anyone may ask for them.
        Index("ix_journal_erased", "id", sqlite_where=_ERASED, postgresql_where=_ERASED),
        {"info": {APPEND_ONLY: ("payload", "salt")}},
    )

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    subject: Mapped[str] = mapped_column(String(120))
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(120), index=True)
    on_behalf_of: Mapped[str | None] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(120))
    payload: Mapped[dict[str, Any] | None] = mapped_column(Json)
    salt: Mapped[str | None] = mapped_column(String(32))
    payload_commitment: Mapped[str] = mapped_column(String(64))
    leaf_hash: Mapped[str] = mapped_column(String(64))  # its id is in it: no index keeps it unique


class Unplaced(Base):
    """An entry that has no place in the log yet (編入待ち); made with it, in one transaction."""

    __tablename__ = "journal_unplaced"

    entry_id: Mapped[str] = mapped_column(String(26), primary_key=True)


class Place(Base):
    """The place of an entry in the log (ログ中の位置): 0, 1, 2 … in the order it was sequenced."""

    __tablename__ = "journal_place"
    __table_args__ = ({"info": {APPEND_ONLY: ()}},)

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[str] = mapped_column(String(26), unique=True)


def refuse(detail: str) -> JournalError:
    """The error for an attempt to alter the journal."""
    return JournalError(
        "journal_is_append_only",
        500,
        {
            "ja": "記録簿は追記のみできます({detail})。",
            "en": "The journal can only be added to ({detail}).",
        },
        {"detail": detail},
    )


@event.listens_for(Entry, "before_update")
def _refuse_update(mapper: Mapper[Entry], connection: object, entry: Entry) -> None:
    raise refuse(f"update of {entry.id}")


@event.listens_for(Entry, "before_delete")
def _refuse_delete(mapper: Mapper[Entry], connection: object, entry: Entry) -> None:
    raise refuse(f"delete of {entry.id}")


@event.listens_for(Session, "do_orm_execute")
def _refuse_statement(state: ORMExecuteState) -> None:
    if not (state.is_update or state.is_delete) or state.execution_options.get(ERASING):
        return
    if any(mapper.class_ is Entry for mapper in state.all_mappers):
        raise refuse("bulk statement")
    if getattr(state.statement, "table", None) is Entry.__table__:
        raise refuse("bulk statement")
