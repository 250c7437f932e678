"""What is measured, one file for each part of the frame."""

from monitoring.collectors.base import Collector as Collector
from monitoring.collectors.base import Family as Family
from monitoring.collectors.base import Rates as Rates
from monitoring.collectors.base import collectors as collectors
from monitoring.collectors.base import missing as missing
