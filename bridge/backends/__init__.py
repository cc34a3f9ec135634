"""Where credentials come from: one file per backend, each with the verbs of `ports.Backend`."""
