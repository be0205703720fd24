"""Importers (様式の取込): forms of other systems become packages, what cannot be carried over is told.

`recognise` says what a file is, `formio`, `xgov` and `json_schema` read each kind into one neutral
`form`, `writing` turns that into a package. Conditions of every kind become one small tree
(`expression`), and that becomes FEEL (`to_feel`).
"""
