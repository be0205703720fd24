"""The accountants' side of fees (収納・消込・還付): what was asked, what arrived, what goes back.

The payments themselves are kept by `madoguchi.payments`; here they meet their cases.
"""
