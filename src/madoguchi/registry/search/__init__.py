"""Search (検索) of corporations by name as people type it, number, address and what they do.

`asked` says what may be asked and what is answered.
"""
