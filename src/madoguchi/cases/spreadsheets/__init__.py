"""Spreadsheets people fill in (表計算ファイル): templates to download, files to read back.

`reading` gives the texts of every cell, read in a process of its own; `leaves` names the columns
of a procedure's fields; `matching` finds them by heading; `cells` turns what people write into
answers as a form would send them; `templates` makes the files to fill in.
"""
