"""Declarations and statistics made of many filings (取りまとめ): seen, frozen as editions, handed out.

`gathering` reads what goes in and what is missing, `service` freezes it as an edition, `jobs` makes
the file, valid by the package's schema or not at all. Who made, who took it: all in the journal.
"""
