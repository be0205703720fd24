"""Tables of filings: drafts, cases, letters, register entries, and the counters behind numbers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from madoguchi.kernel.blobs import BLOB
from madoguchi.kernel.database import Base, Json, UtcDateTime

ID = String(26)


class Draft(Base):
    """Draft (下書き): what a person is typing, be it a new filing or a correction (補正).

    `entered` keeps answers exactly as typed, also those that are wrong or not relevant just now:
    {field: text | list | {part: …} | [{"row": id, …}]}. `attached`: {attachment key or pointer of a
    file field: [{sha256, name, size, type, id}]}. `visited`: ids of the pages that were submitted:
    only there are faults shown. `points`: pointers an official asked to correct; `opened`: pointers
    the applicant chose to correct as well. `sheets`: which showing of each page wrote it last.
    `provenance`: {pointer: {source, as_of, value}} of what
    was filled in for the person. `unplaced`: [{label, value}] of answers that the version of the
    procedure it was moved into has no place for. `base_revision`: the case's revision a correction started from.
    `revision` counts up with every save: two tabs cannot overwrite each other unseen. `reminded_at`:
    when its owner was told that it will be deleted for lying untouched. When it has been filed,
    `filed_at` and `case_id` stand and the content is emptied.
    """

    __tablename__ = "draft"
    __table_args__ = (
        Index("ix_draft_organisation", "organisation_id", "filed_at", "updated_at", "id"),
        Index("ix_draft_owner", "owner_id", "filed_at", "updated_at", "id"),
        Index("ix_draft_case", "case_id"),
        # Those nobody filed, by when they were last touched.
        Index(
            "ix_draft_unfiled",
            "updated_at",
            "id",
            sqlite_where=text("filed_at IS NULL"),
            postgresql_where=text("filed_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    procedure_id: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[dict[str, str]] = mapped_column(Json)
    catalogue_id: Mapped[str | None] = mapped_column(String(64))
    owner_id: Mapped[str] = mapped_column(ID)
    owner_agency_id: Mapped[str | None] = mapped_column(String(60))
    organisation_id: Mapped[str | None] = mapped_column(ID)
    agent_organisation_id: Mapped[str | None] = mapped_column(ID)
    branch_id: Mapped[str | None] = mapped_column(ID)
    case_id: Mapped[str | None] = mapped_column(ID)
    base_revision: Mapped[int | None]
    entered: Mapped[dict[str, Any]] = mapped_column(Json)
    attached: Mapped[dict[str, list[dict[str, Any]]]] = mapped_column(Json)
    visited: Mapped[list[str]] = mapped_column(Json)
    points: Mapped[list[str]] = mapped_column(Json)
    opened: Mapped[list[str]] = mapped_column(Json)
    sheets: Mapped[dict[str, str]] = mapped_column(Json)
    provenance: Mapped[dict[str, dict[str, Any]]] = mapped_column(Json)
    unplaced: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    revision: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    filed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    copied_from: Mapped[str | None] = mapped_column(ID)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class HeldInput(Base):
    """Held input (預かった入力): what someone sent for a page after their sign-in had ended.

    It is shown again, to those who may see the draft, once they have signed in; one row a page,
    gone with the next save and after a day.
    """

    __tablename__ = "held_input"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    draft_id: Mapped[str] = mapped_column(ID, index=True)
    page_id: Mapped[str] = mapped_column(String(64))
    fields: Mapped[dict[str, list[str]]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Case(Base):
    """Case (案件): a filing that has arrived, pinned to its procedure's version (digest) for life.

    `data` is what was filed (canonical JSON, relevant answers only) and never holds officials' own
    fields: those are in `official_data`. `applicant` is the party as it was at filing. `acts` is
    the short history the workflow reads, [{action, actor, content_hash, at, state}]; `last_proposal` is
    {action, actor, content_hash, form}; `decision` collects the values of the officials' forms for
    letters. `correction`: what was asked of the applicant, {points, reason, due, at}, while the
    case waits for them. `waits_for`: applicant | agency, or "" when final. `paused_days` counts
    open days during which the standard period (標準処理期間, 行政手続法第6条) did not run.

    `turn`: the ids of the steps of an approval route whose turn it is, joined by commas;
    `review_role`: who has yet to look at what a proxy approved (後閲).
    `via_agency_id`: the office that received it first (経由); while `forward_to` names the agency
    that decides, that office has the case (`agency_id`) and forwards it (進達) by `forward_by`.
    `round_id`: the round of filing (受付の回) in which it arrived, where the procedure has rounds.
    `act_by`: the moment by which whoever the present state waits for must act; `late`: something
    was sent after such a moment.

    For the desk: `stage` is work | approval (a second person must decide) | applicant | done, set
    with every change of state by `desk.stage.stage_of`; `name_key` is the search key of the party's
    name; `processing_days` (open days without pauses) and `on_time` are set by the decision.
    `branch_id`: the branch (支店・事業所) of the organisation whose filing it is; None: its own.
    `erased_at`: when its content was erased for good (消去): its number, times and state are left.
    """

    __tablename__ = "case"
    __table_args__ = (
        # The applicant's list and the official's tray, both paged by key.
        Index("ix_case_organisation", "organisation_id", "waits_for", "arrived_at", "id"),
        Index("ix_case_filer", "filer_id", "arrived_at", "id"),
        Index("ix_case_tray", "agency_id", "waits_for", "due_on", "id"),
        Index("ix_case_tray_state", "agency_id", "state", "arrived_at", "id"),
        Index("ix_case_assignee", "assignee_id", "waits_for", "due_on", "id"),
        Index("ix_case_stage", "agency_id", "stage", "arrived_at", "id"),
        Index("ix_case_mine", "assignee_id", "stage", "arrived_at", "id"),
        # Found by the beginning of a name or number, whatever the collation of the database.
        Index("ix_case_name", "name_key", postgresql_ops={"name_key": "text_pattern_ops"}),
        Index(
            "ix_case_number",
            "arrival_number",
            postgresql_ops={"arrival_number": "text_pattern_ops"},
        ),
        Index(
            "ix_case_unassigned",
            "agency_id",
            "arrived_at",
            "id",
            sqlite_where=text("assignee_id IS NULL AND stage = 'work'"),
            postgresql_where=text("assignee_id IS NULL AND stage = 'work'"),
        ),
        Index(
            "ix_case_round",
            "procedure_id",
            "round_id",
            "state",
            "arrived_at",
            sqlite_where=text("round_id IS NOT NULL"),
            postgresql_where=text("round_id IS NOT NULL"),
        ),
        Index(
            "ix_case_review",
            "review_role",
            "agency_id",
            sqlite_where=text("review_role IS NOT NULL"),
            postgresql_where=text("review_role IS NOT NULL"),
        ),
        Index("ix_case_procedure", "procedure_id", "stage", "arrived_at", "id"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    draft_id: Mapped[str] = mapped_column(ID, unique=True)
    procedure_id: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[dict[str, str]] = mapped_column(Json)
    catalogue_id: Mapped[str | None] = mapped_column(String(64))
    agency_id: Mapped[str] = mapped_column(String(64))
    organisation_id: Mapped[str | None] = mapped_column(ID)
    organisation_name: Mapped[str] = mapped_column(String(300))
    filer_id: Mapped[str] = mapped_column(ID)
    filer_name: Mapped[str] = mapped_column(String(200))
    agent_organisation_id: Mapped[str | None] = mapped_column(ID)
    branch_id: Mapped[str | None] = mapped_column(ID)
    agent_name: Mapped[str | None] = mapped_column(String(300))
    applicant: Mapped[dict[str, Any]] = mapped_column(Json)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    official_data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    attached: Mapped[dict[str, list[dict[str, Any]]]] = mapped_column(Json)
    provenance: Mapped[dict[str, dict[str, Any]]] = mapped_column(Json, default=dict)
    omitted: Mapped[dict[str, dict[str, str]]] = mapped_column(Json, default=dict)
    content_hash: Mapped[str] = mapped_column(String(80))
    revision: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(64))
    waits_for: Mapped[str] = mapped_column(String(20), default="agency")
    outcome: Mapped[str | None] = mapped_column(String(40))
    arrival_number: Mapped[str] = mapped_column(String(40), unique=True)
    arrived_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None] = mapped_column(Date)
    act_by: Mapped[datetime | None] = mapped_column(UtcDateTime)
    turn: Mapped[str] = mapped_column(String(200), default="")
    review_role: Mapped[str | None] = mapped_column(String(40))
    via_agency_id: Mapped[str | None] = mapped_column(String(64))
    forward_to: Mapped[str | None] = mapped_column(String(64))
    forward_by: Mapped[date | None] = mapped_column(Date)
    forwarded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    round_id: Mapped[str | None] = mapped_column(String(80))
    late: Mapped[bool] = mapped_column(default=False)
    paused_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_days: Mapped[int] = mapped_column(default=0)
    assignee_id: Mapped[str | None] = mapped_column(ID)
    last_proposal: Mapped[dict[str, Any] | None] = mapped_column(Json)
    acts: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    decision: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    correction: Mapped[dict[str, Any] | None] = mapped_column(Json)
    keys: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    copied_from: Mapped[str | None] = mapped_column(ID)
    channel: Mapped[str] = mapped_column(String(10), default="web")
    stage: Mapped[str] = mapped_column(String(10), default="work")
    name_key: Mapped[str] = mapped_column(String(300), default="")
    processing_days: Mapped[int | None]
    on_time: Mapped[bool | None]
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Letter(Base):
    """Letter (通知書): a document the authority issued about a case, with its number (文書番号).

    `html` is the letter as issued and `content_hash` its SHA-256: both stand in the deciding
    transaction. The PDF (`sha256`, `size`) is set from it afterwards and is NULL until then.
    """

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_case", "case_id", "issued_at"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case.id"))
    key: Mapped[str] = mapped_column(String(64))
    title: Mapped[dict[str, str]] = mapped_column(Json)
    number: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(200))
    html: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str | None] = mapped_column(String(64), info={BLOB: True}, index=True)
    size: Mapped[int | None] = mapped_column(BigInteger)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RegisterEntry(Base):
    """Register entry (登録簿の記載): bitemporal, valid for days and known for a span of time.

    One `entry_id` is one registration through all its amendments. Rows with `superseded_at` NULL
    are what the register says now, one row for each span [valid_from, valid_to) of days; the row
    in force on a day is found by both. `status`: see `registers.rules`. Holder, agency and number may
    change from one span to the next (承継). Numbers and dates in `columns` are
    tagged (see `registers.values`), `search_text` is the search key of number, holder and public
    columns. `term_to`: the end of a term beyond which the
    entry holds because its renewal is not decided yet. Read with `registers.queries`.
    """

    __tablename__ = "register_entry"
    __table_args__ = (
        # What the register says now has one row for the days from any day on.
        Index(
            "uq_register_entry_current",
            "register",
            "number",
            "valid_from",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index("ix_register_entry_holder", "organisation_id", "register", "superseded_at"),
        Index("ix_register_entry_entry", "entry_id", "recorded_at"),
        Index("ix_register_entry_list", "register", "number", "valid_from"),
        Index("ix_register_entry_case", "case_id"),
        Index(
            "ix_register_entry_end",
            "valid_to",
            sqlite_where=text("superseded_at IS NULL AND valid_to IS NOT NULL"),
            postgresql_where=text("superseded_at IS NULL AND valid_to IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    entry_id: Mapped[str] = mapped_column(ID)
    register: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(120))
    agency_id: Mapped[str] = mapped_column(String(64))
    organisation_id: Mapped[str | None] = mapped_column(ID)
    organisation_name: Mapped[str] = mapped_column(String(300))
    columns: Mapped[dict[str, Any]] = mapped_column(Json)
    public: Mapped[dict[str, Any]] = mapped_column(Json)
    labels: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    term_to: Mapped[date | None] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    case_id: Mapped[str | None] = mapped_column(ID)
    status: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(Text)
    search_text: Mapped[str] = mapped_column(Text, default="")


class Counter(Base):
    """Counter (採番): the last number given out under a name, raised in the user's transaction.

    Gap-free: the number and what bears it are committed together or not at all.
    """

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)
