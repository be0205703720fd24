"""Tests of rounds and of acts on many cases."""
