"""Excel on Windows: functions in VBA that call Python through xlwings, macros, an add-in."""
