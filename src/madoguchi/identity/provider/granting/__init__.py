"""Granting tokens (トークンの発行): what the token endpoint gives for a code, a refresh token …"""
