"""Kernel (基盤): what every module stands on and nothing about government.

Database (データベース), journal (記録簿), jobs (非同期処理), blobs (ファイル保管),
calendar (行政機関の休日), clock (時計), ids (識別子), canonical JSON (正規化JSON),
errors (エラー), language (言語) and Japanese text (日本語の入力).
"""
