"""Home (はじめのページ): what a person came for — find a procedure, or go on with their own.

Visitors get the search, ways in and what can be filled in on screen; applicants first what waits
for them. Officials begin at their desk.
"""
