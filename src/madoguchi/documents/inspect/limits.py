"""How far inspection goes (検査の上限): against files made to exhaust whoever opens them."""

MOST_ENTRIES = 2_000
MOST_UNPACKED = 300_000_000  # bytes, all entries of an archive and of the archives in it
MOST_ENTRY = 100_000_000
SUSPECT_UNPACKED = 20_000_000  # below this a high ratio harms nobody: empty cells shrink 300:1
MOST_RATIO = 150
MOST_PIXELS = 200_000_000  # 200 megapixels: A0 at 400 dpi
MOST_PDF_OBJECTS = 1_000_000
MOST_XML_DEPTH = 200
