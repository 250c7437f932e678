"""Programs that print our figures beside those of a peer or a limit, in the same run."""
