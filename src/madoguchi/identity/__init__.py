"""Identity (本人と権限): who acts, for which organisation, with which role.

People (利用者), organisations (法人), agencies (行政機関) and their tree, roles (権限), mandates to
file for another (委任), sign-in (ログイン) and access tokens (アクセストークン). Nobody may do
anything that is not granted here.
"""
