"""The transparency log (透明性ログ): proof that the journal was only ever added to.

`sequencing` gives committed entries their places, `tiles` keeps the tree (RFC 6962, C2SP
tlog-tiles), `notes` signs its state each second (C2SP tlog-checkpoint, signed-note), `proving` tells
that an entry is in it, `receipts` and `verifying` check what others hold and what we hold.
"""

from madoguchi.kernel.transparency.log import Log, LogError, open_log
from madoguchi.kernel.transparency.sequencing import sequence

__all__ = ["Log", "LogError", "open_log", "sequence"]
