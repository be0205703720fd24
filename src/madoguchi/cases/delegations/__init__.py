"""Delegations on screen (委任の画面): offering and asking, answering, ending; who acted for whom.

The mandates themselves are identity's; here are their pages and API, which name procedures, and what
agents did with them.
"""
