"""Calling others (外部への送信): addresses somebody else named, so judged at every connection.

Webhooks and notices of sign-out go this way.
"""

from madoguchi.web.outgoing.addresses import LONGEST_URL, Networks, may_call, networks, url_fault
from madoguchi.web.outgoing.sending import Answer, send

__all__ = ["LONGEST_URL", "Answer", "Networks", "may_call", "networks", "send", "url_fault"]
