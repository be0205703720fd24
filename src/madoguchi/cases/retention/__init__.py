"""Retention and erasure (保存期間・消去): how long filings are kept, and forgetting them for good.

A package says how long (`retention:`). When the period is over a case stands on the disposal list
(廃棄予定); one official proposes, another decides, a job erases. Content goes; the entries' hashes
stay, so every proof given before still verifies. `parts` names every table and what becomes of it.
"""
