"""The time-stamping authority of the kernel's tests."""

from tests.kernel.transparency.test_outside import authority

__all__ = ["authority"]
