"""The moment at which the demo of the journeys begins."""

from datetime import UTC, datetime

# Past for good: a session signed in the real present would be too old for a clock ahead of it.
DAY = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)  # a Wednesday, ten in the morning in Japan
