"""The demo estate: a shop with its databases and its lake, made by our own generator and messy as real ones are."""
