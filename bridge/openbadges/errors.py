"""What can go wrong with a badge, told in sentences for the person who must act."""


class OpenBadgesError(ValueError):
    """Something about a badge, a key or a document is not as it must be; the message is a sentence."""


class BadArtwork(OpenBadgesError):
    """The picture can't become a badge, or is damaged. The message says what a coordinator can do about it."""


class BadDocument(OpenBadgesError):
    """An issuer, achievement or award holds something that no verifier would accept."""


class BadJson(OpenBadgesError):
    """A text is JSON at most by its looks: readers would differ, or fail. The message says what is wrong with it."""


class BadKey(OpenBadgesError):
    """A key file is missing, unprotected, locked or of another kind."""


class ProofInvalid(OpenBadgesError):
    """The proof is there and can be checked, and it does not fit the document."""


class CannotTell(OpenBadgesError):
    """The check needs something that is not at hand or not known here, so neither yes nor no can be said."""


class OutOfReach(CannotTell):
    """What an issuer publishes can't be had: it is not there, may not be asked for, or the check asks nobody."""
