"""Synthetic corporations (架空の法人), as many as wanted: for trying an installation at its full size.

`making.corporation(seed, i)` is the i-th, whoever asks and in whatever order; none is a real one.
"""
