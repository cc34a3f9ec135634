"""In place of the package `future`, which the Open Badges 2.0 validator needs for Python 2 alone."""
