"""How other services write a full-text search in SPARQL: their names."""

NEPTUNE = "http://aws.amazon.com/neptune/vocab/v01/services/fts#"
NEPTUNE_SEARCH = f"{NEPTUNE}search"
JENA_QUERY = "http://jena.apache.org/text#query"
FULLTEXT = frozenset({NEPTUNE_SEARCH})
"""Services that are no other machine: they are answered from the index of texts."""
