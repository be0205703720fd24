"""Tests of offices a filing goes through, and of joint jurisdiction."""
