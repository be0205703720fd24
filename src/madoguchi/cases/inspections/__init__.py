"""Inspections (立入検査): entries of a register visited, from the yearly plan to closure.

Plan by risk (計画) → assignment (担当) → notice (事前通知) → visit, also off line (検査) → findings and
letters (結果) → improvement report (改善報告) → closure (終了). What is asked at a visit and what
counts as a risk is data of the package (`inspections:`); nothing here knows a procedure by name.
"""
