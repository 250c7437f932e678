"""The stages of a unit: each takes a snapshot and leaves a richer one."""
