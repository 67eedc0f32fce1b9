"""The account: what it is worth, what it owes, and what it may still do."""

from xlmargin.account.account_values import AccountValues, account_values

__all__ = ["AccountValues", "account_values"]
