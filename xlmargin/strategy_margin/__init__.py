"""Reg T and FINRA 4210 strategy-based margin: the least requirement over all pairings."""
