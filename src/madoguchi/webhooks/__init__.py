"""Webhooks (変更の通知): telling programs of organisations and agencies what happened, at once.

`announce` puts an event (できごと) into the outbox in the transaction of the act; jobs deliver it
to every endpoint (通知先) whose owner may see it: signed (Standard Webhooks), repeated for three
days, one dead endpoint never in the way of the others.
"""
