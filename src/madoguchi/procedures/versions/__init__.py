"""Versions of a procedure (手続の版): what changed, how grave it is, and carrying answers over.

版の差分 diff · 影響の区分 risk (safe 影響なし | review 要確認 | breaking 移せない) · 移し替え carry.
"""
