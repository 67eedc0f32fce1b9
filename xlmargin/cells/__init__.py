"""Cells of ranges, of one's own files and of brokers' files, read by one reader.

`read_table` makes a `Table` of a range; `columns` reads its columns as numbers, dates, words and
names; what is found on the way stands in a `ProblemLog`.
"""
