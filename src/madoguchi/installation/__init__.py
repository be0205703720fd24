"""Running an installation (導入と運用): publishing packages, loading data, the demo, serving.

What an administrator does from the command line; each use case is a file, imported when it is
wanted: a server that starts anew must not wait for what it does not need.
"""
