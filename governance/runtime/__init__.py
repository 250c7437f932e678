"""Starts and watches everything: embedded PostgreSQL and Valkey, web, worker, beat, facts, collect."""
