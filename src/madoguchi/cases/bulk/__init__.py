"""Filing in bulk (一括申請): many filings of one procedure from one spreadsheet or one call.

A file is read (`reading`, `entries`), each of its rows judged by the engine that judges everybody
(`checking`), and what is right is filed row by row, each its own case with its own receipt
(`filing`). Both are jobs in short chunks that go on where they stopped; a row is filed once,
whatever dies, is pressed twice or is sent again.
"""
