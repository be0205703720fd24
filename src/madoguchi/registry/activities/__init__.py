"""Activities (法人活動情報): what public bodies recorded of a corporation, each with its source.

`kinds` names the eight kinds of gBizINFO, `loading` takes files in, `publishing` what our own registers tell,
`queries` reads them, `conditions` finds corporations by them.
"""
