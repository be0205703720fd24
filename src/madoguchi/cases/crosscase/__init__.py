"""Rules that look beyond one filing (案件をまたぐ点検): earlier filings, registers, duplicates.

`models` keeps what each filing is about, `keeping` writes it when a filing arrives, `answering`
answers in few statements what rules asked and has them evaluated again.
"""
