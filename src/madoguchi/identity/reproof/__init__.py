"""Proving a representative again (代表者の再確認): a proof has an age, and the registry may put it in doubt.

Who represents an organisation changes, and nobody tells us. A proof that is due is asked for again
before its representative binds the organisation anew; one nobody renewed rests, and with it what was
built on it. Nothing is lost meanwhile: drafts, cases, members and mandates stay.
"""
