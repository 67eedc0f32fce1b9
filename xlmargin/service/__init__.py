"""The engine behind HTTP, for programs: what a cell answers, as JSON."""
