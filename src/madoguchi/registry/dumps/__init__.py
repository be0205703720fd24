"""Dumps (一括ダウンロード): everything published as files with checksums, and the catalogue of them (DCAT 3).

`writing` makes an edition aside and puts it in place at once, `catalogue` describes it, `endpoints` and
`pages` serve it.
"""
