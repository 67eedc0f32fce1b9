"""Which positions stand together: the pairing of a class that is asked least."""
