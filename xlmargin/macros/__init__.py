"""What the buttons of an operator's day do, in every program that has the book open."""
