"""xlmargin: margin requirements in spreadsheet cells, from ranges of positions."""

__version__ = "0.1.0"
