"""The log over the API: its state, proofs of inclusion and growth, checking a receipt."""

import asyncio
import base64
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from madoguchi.evidence.errors import not_in_log
from madoguchi.kernel.ids import is_id
from madoguchi.kernel.transparency import Log
from madoguchi.kernel.transparency.checkpoint import read_checkpoint
from madoguchi.kernel.transparency.proving import prove, prove_growth
from madoguchi.kernel.transparency.witnessing import take_cosignatures

router = APIRouter(prefix="/api/v1/log", tags=["evidence"])
Size = Annotated[int, Query(ge=0, le=2**53)]


class LogOut(BaseModel):
    """The state of the log (透明性ログ): `checkpoint` is a C2SP signed note, `key` checks it."""

    origin: str
    key: str
    size: int
    root: str
    checkpoint: str | None


class ProofOut(BaseModel):
    """A proof of inclusion (RFC 6962 section 2.1.1): `path` in base64, lowest first."""

    entry: str
    index: int
    path: list[str]
    checkpoint: str


class CosignIn(BaseModel):
    """A checkpoint of this log as a signed note, a witness's cosignature line below it."""

    note: str = Field(max_length=20_000)


class CosignOut(BaseModel):
    """The witnesses whose cosignatures are kept."""

    witnesses: tuple[str, ...]


class GrowthOut(BaseModel):
    """A consistency proof (RFC 6962 section 2.1.2): `path` in base64."""

    old: int
    new: int
    path: list[str]


@router.get("", operation_id="getLog", summary="ログの状態 / State of the log")
async def state_of_log(request: Request) -> LogOut:
    """The newest checkpoint, and the key that checks it."""
    log: Log = request.app.state.log
    note = await asyncio.to_thread(log.note)
    state = read_checkpoint(note.text) if note else await asyncio.to_thread(log.checkpoint)
    return LogOut(
        origin=log.origin,
        key=str(log.key),
        size=state.size,
        root=_text(state.root),
        checkpoint=str(note) if note else None,
    )


@router.get(
    "/entries/{entry}/proof",
    operation_id="getInclusionProof",
    summary="包含証明 / Proof of inclusion",
)
async def proof(request: Request, entry: Annotated[str, Path(max_length=26)]) -> ProofOut:
    """That the journal entry is in the log. 404 while it has no place in the newest checkpoint."""
    if not is_id(entry):
        raise not_in_log()
    async with request.app.state.database.reading() as session:
        proofs = await prove(session, request.app.state.log, [entry])
    if proofs is None:
        raise not_in_log()
    index, path = proofs.places[entry]
    return ProofOut(
        entry=entry, index=index, path=[_text(step) for step in path], checkpoint=str(proofs.note)
    )


@router.get(
    "/consistency", operation_id="getConsistencyProof", summary="一貫性証明 / Proof of growth"
)
async def growth(request: Request, old: Size, new: Size) -> GrowthOut:
    """That the first `old` leaves are the beginning of the first `new`. 404 outside the log."""
    try:
        path = await asyncio.to_thread(prove_growth, request.app.state.log, old, new)
    except IndexError:
        raise not_in_log() from None
    return GrowthOut(old=old, new=new, path=[_text(step) for step in path])


@router.post(
    "/cosignatures",
    operation_id="addCosignature",
    summary="副署の受領 / Hand in a cosignature",
    status_code=201,
)
async def cosign(request: Request, body: CosignIn) -> CosignOut:
    """Keep what a witness of this installation signed (C2SP tlog-cosignature). 422 for others."""
    state = request.app.state
    witnesses = [witness.key for witness in state.witnesses]
    async with state.database.session() as session:
        names = await take_cosignatures(session, state.log, witnesses, body.note)
        await session.commit()
    return CosignOut(witnesses=names)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
