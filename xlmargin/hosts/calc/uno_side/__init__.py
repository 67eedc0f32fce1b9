"""What LibreOffice's own Python runs; nothing of the project before a function is called."""
