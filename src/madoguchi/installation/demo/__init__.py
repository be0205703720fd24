"""The demo (試用): an invented counter with companies, officials and cases in every state.

`people` says who there is, `scenarios` what they filed and what became of it, `fill` makes it
happen through the same services people use, at moments of the past weeks.
"""

from madoguchi.installation.demo.fill import fill

__all__ = ["fill"]
