"""Recognizers: each knows one entity, its format, its checksum and what it is confused with."""
