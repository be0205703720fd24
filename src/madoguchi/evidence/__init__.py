"""Evidence (証跡): the transparency log for everybody: tiles, checkpoints, proofs, checking receipts.

What it publishes are hashes. Who acted when on what stays in the journal.
"""
