"""GbizID profile (GビズID互換): what services written for GbizID expect, field by field.

After 「GビズID 接続システム向けガイドライン」2.9版 3.4.1, as the public mock nobizid quotes it.
"""
