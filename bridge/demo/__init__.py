"""The story that the demo tells: a district's programme on a sandbox, through the same code path as production."""
