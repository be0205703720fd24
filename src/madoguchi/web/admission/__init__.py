"""Admission (受入れ): what happens when more requests come than can be served at once.

`arrival` stamps when a request reached us; `admitting` lets in who is inside, and sends others to the
waiting room (待合室) with a ticket; `line` and `pace` decide, without any I/O, whose turn it is;
`turnstile` limits what is served at once; `place` are the signed cookies.
"""
