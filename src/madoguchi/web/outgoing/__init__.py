"""Calling others (外部への送信): addresses somebody else named, so judged at every connection.

Webhooks, notices of sign-out and questions to other providers go this way.
"""

from madoguchi.web.outgoing.addresses import LONGEST_URL, Networks, may_call, networks, url_fault
from madoguchi.web.outgoing.sending import Answer, Unreachable, fetch, send

__all__ = [
    "LONGEST_URL",
    "Answer",
    "Networks",
    "Unreachable",
    "fetch",
    "may_call",
    "networks",
    "send",
    "url_fault",
]
