"""Uploading (アップロード): files of programs that are plain enough, taken in many at once.

On a deadline day thousands send drawings. `door` reads such a request whole, `asked` finds the one
file in it, `storing` asks once who they all are, has one other process look into all of them, waits
for the disk once and commits once. Whatever is not plain (large, an archive, a place's own rules, a
refusal) goes the ordinary way (`cases.api.files`), which words every answer; what is kept is the
same.
"""
