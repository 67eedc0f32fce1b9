"""Theoretical values of options, implied volatilities and Greeks: arrays in, arrays out."""

from xlmargin.pricing.contracts import (
    OptionTerms,
    carry_yield,
    parity_forward,
    zero_volatility_value,
)
from xlmargin.pricing.greeks import Greeks, greeks
from xlmargin.pricing.theoretical_value import (
    ImpliedVolatility,
    PricedContracts,
    VolatilityStatus,
    greatest_value,
    implied_volatility,
    theoretical_value,
)

__all__ = [
    "Greeks",
    "ImpliedVolatility",
    "OptionTerms",
    "PricedContracts",
    "VolatilityStatus",
    "carry_yield",
    "greatest_value",
    "greeks",
    "implied_volatility",
    "parity_forward",
    "theoretical_value",
    "zero_volatility_value",
]
