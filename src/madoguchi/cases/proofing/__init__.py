"""Proving who represents an organisation (代表者の確認): the document route to a prime account.

A person sends the seal certificate (印鑑証明書; a 登記事項証明書 anybody can obtain); an official of the
administration compares it and decides. Another way, as a card of the person, would decide through the same `service.settle`.
"""
