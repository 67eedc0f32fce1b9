"""The formulas of strategy-based margin, each with the paragraph that states it."""
