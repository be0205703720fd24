"""The official's desk (窓口の職員側): tray, case view, acts, figures, administration.

An act (処理) is a transition of the case's workflow with its form; deciding binds a second person
to the content they saw. The clock (標準処理期間) runs from arrival and rests during 補正.
`act`, `tray`, `view` and `figures` are the use cases; `pages` and `api` only show them.
"""
