"""Why an answer of another provider is not believed."""


class ProviderFault(Exception):
    """What another provider said does not hold, or it did not answer; `why` is a short code.

    The person is never told `why` word for word: it goes to the journal.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
