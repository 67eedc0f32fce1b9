"""The least cost of an integer program; nothing here knows of margin."""
