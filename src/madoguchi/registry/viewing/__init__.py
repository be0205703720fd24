"""Corporations for people (法人情報のページ): found by what one knows, read with sources and days.

What programs read in JSON, anybody reads here without signing in; nothing is asked of who looks.
"""
