"""What the bridge costs, in seconds, calls and memory. Run by `make bench`; no part of the tests."""
