"""Corporations (法人): the National Tax Agency's record of every corporate number, and its past.

`files` reads what the agency publishes, `merging` decides what a record changes, `loading` keeps it.
"""
