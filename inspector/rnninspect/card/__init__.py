"""Model cards: a block between two markers, and the front matter."""
