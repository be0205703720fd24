"""Periodic duties (定期の提出義務): who owes which report, for which period, by when.

Packages say it (`obligations:`); `generating` writes the duties of a period in few statements,
`entries` renews those of one register entry that changed, `fulfilling` links the filings,
`overriding` moves deadlines with a reason, `reminding` tells people in time and when it is late.
"""
