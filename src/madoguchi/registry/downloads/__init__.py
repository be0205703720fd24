"""Downloads (ダウンロード): gBizINFO's files, as its clients ask for them, made while they are sent.

`activities` and `basic` are the columns of the files, `sending` the archives, `endpoints` the addresses.
"""

from madoguchi.registry.downloads.endpoints import INTERFACES

__all__ = ["INTERFACES"]
