"""Relying on other providers (ほかのIDプロバイダーの利用): this installation as OpenID relying party.

Officials sign in by their ministry's own provider; representatives prove themselves by a card at a
provider that reads it. A small, strict client: code flow with PKCE, state, nonce and `iss`, keys of
the configured issuer only. docs/howto/rely-on-a-provider.md tells how to configure one.
"""
