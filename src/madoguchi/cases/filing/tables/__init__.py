"""Tables of a draft by file (表のファイル入力): download, fill in, upload, look over, take over.

Nothing is taken over before the person has seen what the file holds and what is wrong with it, by
row and column; what cannot be understood is kept as it was written.
"""
