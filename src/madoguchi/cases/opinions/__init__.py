"""Opinions (意見照会): other agencies are asked about a case, in parallel, each within its own time.

Asked by an act at the desk (effect `opinion`), answered at the other agency's desk, where the case
is read-only and shows only what the package lets it show; joined as the package says, for guards.
"""
