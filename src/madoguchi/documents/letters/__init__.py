"""Letters (通知書・許可書), receipts (受付票) and copies of filings (申請書控え).

A sandboxed template gives HTML; a child process without network or files makes it PDF/UA.
"""
