"""Checking a case's party against the commercial registry (登記の照合), in place of a certificate.

Who left out the 登記事項証明書 is looked up by the office; what differs is shown and accepted by an
official. When the link does not answer the case goes on, and the question is asked again.
"""
