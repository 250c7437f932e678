"""What pages and commands show people: numbers in words, pictures as SVG, changes as lines."""
