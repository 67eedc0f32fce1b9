"""Which positions stand together: the pairing of a class that requires least."""
