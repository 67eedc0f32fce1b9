"""The worksheet functions by the short name they have in a clone; they stand in `xlmargin.udfs`.

The installed package has no module of this name, which every xlwings project gives its own.
"""

from xlmargin.udfs import *  # noqa: F403
