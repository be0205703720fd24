"""Benchmarks: each measures one promise against a named peer in the same run. `make bench`."""
