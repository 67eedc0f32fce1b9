"""The pages of the workbooks: each module writes its sheets, and declares what they are for."""
