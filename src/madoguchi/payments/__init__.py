"""Payments (手数料の納付): asking for a fee, and hearing that it was paid.

A notice (納付通知) carries the numbers of Pay-easy: 収納機関番号, 納付番号, 確認番号. Clearing
notices (消込) from the receiving side settle it. The receiving side is simulated in demonstrations.
"""
