"""One file per revision, named v<revision>.py; a released one is never edited."""
