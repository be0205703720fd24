"""The catalogue (手続の目録): every procedure of the government, searchable, each with its page.

Its rows come from the exhaustive survey (行政手続等の悉皆調査) or from the sample that ships with
the program, and from the packages published here. `service.py` is its public face; the text index
(`shelf.py`, `search.py`) lives in memory and is rebuilt when the tables say they have changed.
"""
