"""Excel on the Mac, the web and Windows through xlwings Lite: Python in the task pane."""
