"""A process without a network: what answers strangers' queries has nobody to talk to."""

import ctypes

_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000  # of unshare(2)


def leave_networks() -> bool:
    """Put this process where there is no network (network_namespaces(7)); whether the system let it.

    Linux only, and only where the process may make namespaces: as root, or where users may have
    their own (user_namespaces(7)). Call it before any thread is started.
    """
    try:
        unshare = ctypes.CDLL(None).unshare
    except (OSError, AttributeError, TypeError):
        return False
    return any(unshare(flags) == 0 for flags in (_NEW_NETWORK, _NEW_USER | _NEW_NETWORK))
