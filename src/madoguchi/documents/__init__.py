"""Documents (文書): files people attach, and letters the authority sends.

Intake (受領) looks inside every file before it is kept: 添付書類, 真の形式, 暗号化, ウイルス検査.
Letters (通知書・許可書), receipts (受付票) and copies of filings (申請書控え) become PDF/UA files.
Files are kept by content (SHA-256); a document (文書) says who may read which content.
"""
