"""GbizINFO's REST interface (gBizINFO REST API), versions 2 and 1, for clients written for it.

Everything under /hojin/v2 and /hojin/v1 is as those clients expect it, its oddities included.
"""

from madoguchi.registry.gbizinfo.endpoints import INTERFACES

__all__ = ["INTERFACES"]
