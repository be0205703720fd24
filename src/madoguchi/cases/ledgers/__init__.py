"""Licence ledgers (裏書・残高): what a registration allows, used up bit by bit and never below zero.

`accounts` opens them with the registration, `recording` writes uses (provisional 仮, final 確定,
corrected 訂正, cancelled 取消), `endorsing` does so for filings, `reading` tells what is left. Each
line has a number without gaps, is never changed, and stands in the journal.
"""
