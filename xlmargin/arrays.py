"""Names for the arrays that pass between the floors.

First axis positions (or contracts), last axis valuation points. Money and prices are `float64`;
NaN in an input column means "not given" and is never turned into 0.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]
