"""The programs that show cells: what each needs to call the worksheet functions."""
