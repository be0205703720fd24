"""Exports (書き出し): any selection of cases as CSV, XLSX, JSON or Parquet.

Rows are streamed from the database into a file and never held together. `columns` says which
columns a selection has (versions of a procedure are merged by stable path), `rows` fills them,
`files` writes each format. Short exports are answered at once, long ones are jobs with a progress
page. Every export is journaled; each person exports only what they may see.
"""
