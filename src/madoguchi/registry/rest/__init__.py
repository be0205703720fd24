"""Our own REST interface of corporations, under /api/v1: everything known, with where it comes from.

With a key, or without one at a lower limit where the installation allows it.
"""

from madoguchi.registry.rest.operations import INTERFACES, router

__all__ = ["INTERFACES", "router"]
