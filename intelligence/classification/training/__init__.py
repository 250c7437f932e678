"""Writes labelled tables by rule and learns the column model from them; nothing here runs in the product."""
