"""Background work of documents: the virus scan that releases a file from quarantine."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from madoguchi.documents.scanner import scan
from madoguchi.documents.service import SCAN_JOB, record_scan
from madoguchi.kernel.jobs import Handler, JobContext
from madoguchi.settings import Settings


def handlers(settings: Settings) -> dict[str, Handler]:
    """Job name → handler; empty without a scanner, so that scans wait for one to be set up."""
    if not settings.scanner_url:
        return {}

    async def scan_document(
        session: AsyncSession, payload: dict[str, Any], context: JobContext
    ) -> None:
        if context.blobs is None:
            raise RuntimeError("scanning needs the blob store")
        sha256 = payload["sha256"]
        virus = await scan(settings.scanner_url, context.blobs.open(sha256))
        await record_scan(session, sha256, virus)

    return {SCAN_JOB: scan_document}
