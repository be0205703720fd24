"""Accounts (アカウント): how a person proves who they are, and looks after the means of it.

Passkeys (パスキー) first, then a password or a code by mail with an authenticator app (認証アプリ) as
second factor; recovery codes (回復コード); sign-up, invitations, and recovery without anybody's help.
"""
