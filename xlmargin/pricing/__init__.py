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
    "greeks",
    "implied_volatility",
    "parity_forward",
    "theoretical_value",
    "zero_volatility_value",
]
