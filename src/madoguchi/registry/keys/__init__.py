"""API keys (APIキー): which program reads the registry, how much, and how much it may.

What they open is public; a key only says who asks. So it is short enough for every interface that
takes one, and knowing it lets nobody file or see anything.
"""
