"""Web edge (窓口の入口): everything between HTTP and the modules; knows nothing of people.

Sessions (セッション), same-origin check (送信元の確認), security headers, forms (入力の受取り),
problems (エラー応答), idempotent posts (二重送信の防止), paging (ページ送り), fingerprinted static
files (静的ファイル), the page shell and its components (画面部品). `edge.install` joins them.
"""
