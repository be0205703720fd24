"""Registry (法人情報): what the state already knows of a party, so that nobody is asked twice.

Facts (既知の事実) feed prefill and make attachments unnecessary; they come from decisions and from
the registry information link (登記情報連携). Postal codes (郵便番号) complete addresses.
"""
