"""The Corporate Number Web-API (法人番号システム Web-API) version 4, for clients written for it.

Under /4: num by number, diff by period, name by name; CSV (Shift_JIS, UTF-8) or XML, never JSON.
"""

from madoguchi.registry.houjin.endpoints import INTERFACES

__all__ = ["INTERFACES"]
