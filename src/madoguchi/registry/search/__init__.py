"""Search (検索) of corporations by name as people type it, number, address and what they do.

`service.search` answers; `asked` says what may be asked. The index is a folder of files: `writing`
fills it, `changes.note_changes` tells it what changed, `serving` opens it for questions.
"""
