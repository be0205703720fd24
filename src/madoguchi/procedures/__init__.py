"""Procedures (手続): packages are read, checked, published, evaluated and catalogued here.

A procedure is data. This module turns a folder of YAML into a compiled package (`package/`),
knows the kinds of answers people give (`fields/`), says what a filing lacks (`evaluate.py`) and
what may happen to it next (`workflow/`). It holds no procedure by name and stores no filings.
"""
