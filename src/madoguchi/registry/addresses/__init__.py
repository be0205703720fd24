"""Addresses (住所): written as people write them, split into their parts, found on the map.

`folding` makes one key of all ways to write a place, `splitting` reads the numbers behind it, `towns`
keeps the places an administrator loaded, `service` answers.
"""
