"""The desk of accounts (アカウントの窓口): closing an organisation, ending sessions, for those who prove identities.

Two officials close an organisation; whoever acts for it is told when the first asks for it.
"""
