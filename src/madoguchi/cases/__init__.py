"""Cases (案件): one filing from the first line typed to the decision and what follows from it.

`filing` is the applicant's side (下書き・提出・補正・受付票), `desk` the officials' (窓口・審査),
`registers` what decisions write down (登録簿). Every change of a case stands in the journal under
the subject "case:ID". People see only what `access` lets them see.
"""
