"""Where credentials come from: one file per backend, each with the verbs of `ports.Backend`."""

#: Awards in one call: a server makes some ten to twenty a second, and many give up on a call after thirty seconds.
LARGEST_BATCH = 50
