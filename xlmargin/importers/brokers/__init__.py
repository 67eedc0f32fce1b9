"""Files of brokers and of the clearing house, as they are exported, read into positions."""

from xlmargin.importers.brokers.broker_file import BrokerFile
from xlmargin.importers.brokers.frames import with_chain_prices
from xlmargin.importers.brokers.occ import OCC_RECORD, calculator_rows, record_lines
from xlmargin.importers.brokers.recognition import FORMATS, read_broker_file, read_frame

__all__ = [
    "FORMATS", "OCC_RECORD", "BrokerFile", "calculator_rows", "read_broker_file", "read_frame",
    "record_lines", "with_chain_prices",
]  # fmt: skip
