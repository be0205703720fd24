"""Linked data (リンクトデータ): the registry as RDF in gBizINFO's former vocabulary, and SPARQL over it.

`graph` and `acts` turn what is known into trees of `tree`, `snapshot` keeps them as a read-only
generation, `workers` ask it under bounds, `endpoints` speak SPARQL 1.1 Protocol.
"""
