"""Within an organisation (法人の中): branches, members' roles, programs that act for it."""
