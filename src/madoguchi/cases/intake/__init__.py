"""Intake (受付): filings of programs that need nothing looked up one by one, taken in many at once.

On a deadline day thousands file within minutes. `door` reads such a request as barely as it can,
`known` looks up with a few queries what a whole group needs, `taking` makes each filing's rows
without I/O, `storing` writes them, and one commit acknowledges all. Whatever is not plainly
fileable (a refusal, a repeat, an agent, a fee, a cross-check) goes the ordinary way
(`cases.api.filings`), which words every answer: intake itself never says no, and what it takes in
is what the ordinary way would have kept.
"""
