"""The least cost of a mixed-integer program; nothing here knows of margin."""
