"""Python 3 has its own names already."""


def install_aliases() -> None:
    """Do nothing."""
