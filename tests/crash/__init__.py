"""Crash tests (障害試験): kill the server, the database, fill the disk — under load, at random moments.

A filing answered with 201 is acknowledged. After every fault each acknowledged filing must be there
exactly once with its attachment, its key must give the same receipt, and the journal must verify.
`python -m tests.crash` (make crash) is the long version, test_crash.py the short one.
"""
