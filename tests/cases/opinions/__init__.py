"""Tests of opinions asked of other agencies."""
