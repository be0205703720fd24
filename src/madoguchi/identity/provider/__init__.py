"""OpenID provider (OpenIDプロバイダー): other services let people sign in with this installation.

OpenID Connect and OAuth 2.0 for registered services (clients, RP) only: authorisation code with
PKCE, consent, tokens, userinfo, keys that rotate. What differs for services written for GbizID is a
row of data in profiles.py. docs/howto/connect-a-service.md tells how to connect a service.
"""
