"""An account kept while prices move: margined anew only where something changed."""

from xlmargin.live.account_orders import impact_on_account
from xlmargin.live.hook import Hook
from xlmargin.live.kept_book import KeptBook
from xlmargin.live.live_book import LiveBook
from xlmargin.live.moved_marks import repriced

__all__ = ["Hook", "KeptBook", "LiveBook", "impact_on_account", "repriced"]
