"""The floor where cells come in and cells go out: ranges are read, answers are written."""
