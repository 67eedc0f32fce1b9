"""Excel by an add-in of Office.js: the functions asked of the service, and a cell that lives."""
