"""The applicant's side of the counter (申請者の窓口): drafts, filing, receipts, corrections.

A draft (下書き) keeps what was typed, right or wrong; filing (提出) makes a case of it in one
transaction and gives an arrival number (到達番号); a correction (補正) is a draft again. One use
case a file; `pages` shows them, `cases.api` serves them to programs with the same verdicts.
"""
