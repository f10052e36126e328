"""Comments that get past a rule: where they count, what they must say, and those that are banned."""
