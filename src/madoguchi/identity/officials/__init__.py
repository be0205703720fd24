"""Officials (職員): invited by mail by the administrator of their agency, with roles (権限) for a time.

Nobody gives themselves a role, and no agency is left without an administrator.
"""
