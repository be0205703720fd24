"""What each filing is about, so that later filings and duties find it."""

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.database import Base


class FilingKey(Base):
    """Filing key (届出の対象): of whom, of which register entry and period a filing is.

    `party` is the organisation, or the person where there is none; `period` a key of
    `procedures.periods`, "" when the filing is about none; `duplicate`
    what filings of the same share (`duplicates:`). One row a case, renewed by corrections.
    """

    __tablename__ = "filing_key"
    __table_args__ = (
        Index("ix_filing_key_party", "procedure_id", "party", "period"),
        Index("ix_filing_key_entry", "procedure_id", "entry_id", "period"),
        Index("ix_filing_key_duplicate", "procedure_id", "duplicate"),
    )

    case_id: Mapped[str] = mapped_column(ForeignKey("case.id"), primary_key=True)
    procedure_id: Mapped[str] = mapped_column(String(64))
    party: Mapped[str] = mapped_column(String(26))
    entry_id: Mapped[str | None] = mapped_column(String(26))
    period: Mapped[str] = mapped_column(String(20), default="")
    duplicate: Mapped[str] = mapped_column(String(200), default="")


class QuotaPool(Base):
    """Shared quota (共同の上限): how much of it was granted in a period; raised in one statement.

    Amounts are whole millionths, so that both databases add them exactly.
    """

    __tablename__ = "quota_pool"

    quota: Mapped[str] = mapped_column(String(130), primary_key=True)
    pool: Mapped[str] = mapped_column(String(200), primary_key=True)
    period: Mapped[str] = mapped_column(String(20), primary_key=True)
    limit: Mapped[int] = mapped_column(BigInteger)
    granted: Mapped[int] = mapped_column(BigInteger, default=0)


class QuotaClaim(Base):
    """Claim on a quota (上限への申請量): what a case asked of a pool, and what it was granted."""

    __tablename__ = "quota_claim"
    __table_args__ = (Index("ix_quota_claim_pool", "quota", "pool", "period"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("case.id"), primary_key=True)
    quota: Mapped[str] = mapped_column(String(130), primary_key=True)
    pool: Mapped[str] = mapped_column(String(200))
    period: Mapped[str] = mapped_column(String(20))
    applied: Mapped[int] = mapped_column(BigInteger)
    granted: Mapped[int | None] = mapped_column(BigInteger)


class MatchReport(Base):
    """Report to be matched (照合する報告): that a filer, by its number, reported for a period."""

    __tablename__ = "match_report"
    __table_args__ = (Index("ix_match_report_list", "list", "period", "number"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("case.id"), primary_key=True)
    list: Mapped[str] = mapped_column(String(64), primary_key=True)
    period: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(200))


class MatchLine(Base):
    """Line to be matched (照合する行): what one filer says it gave to, or took from, another.

    `amount` is in whole millionths. `side`: given | taken, as the filer of the case tells it.
    """

    __tablename__ = "match_line"
    __table_args__ = (Index("ix_match_line_list", "list", "period", "giver", "taker", "key"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("case.id"), primary_key=True)
    list: Mapped[str] = mapped_column(String(64), primary_key=True)
    row: Mapped[str] = mapped_column(String(60), primary_key=True)
    period: Mapped[str] = mapped_column(String(20))
    giver: Mapped[str] = mapped_column(String(200))
    taker: Mapped[str] = mapped_column(String(200))
    side: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(200))
    amount: Mapped[int] = mapped_column(BigInteger)
