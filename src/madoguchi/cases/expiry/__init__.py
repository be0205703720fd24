"""The end of a registration's term (有効期間の満了) and its renewal (更新): told in time, then expired.

Once a day registrations whose term is over expire, or hold on while a renewal filed in time is not
decided; holders are reminded as the renewing package says. Officials see what ends soon.
"""
