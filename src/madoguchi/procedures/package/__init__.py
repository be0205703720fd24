"""A package (手続パッケージ): from a folder of files to an immutable, compiled procedure.

`source` reads YAML with positions, `spec` gives it a shape, `check` finds its faults,
`compiled` turns its rules into functions, `load` puts the four together.
"""
