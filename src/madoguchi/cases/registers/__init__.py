"""Registers (登録簿): what decisions enter, amend and close, with every version kept.

Bitemporal: each version says from when to when it is true (有効期間) and from when to when it was
what the register said (記録期間). Numbers (登録番号) have no gaps. Columns are public or for
officials only (公開欄・非公開欄); `queries` never gives the second kind to the public.
"""
