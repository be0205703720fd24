"""Clients (接続システム): registering them, finding them, knowing that it is they who ask."""
