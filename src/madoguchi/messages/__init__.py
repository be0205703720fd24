"""Messages (お知らせ): the inbox, mail that points to it, and the conversation on a case.

The inbox (受信箱) holds the message; mail (メール) carries only its subject and a link, because
mail is not confidential. A conversation (やり取り) is between an applicant and one office.
"""
