"""The pages of sources, scans and schedules. Those of sources stand here since they show what scans found."""

from governance.scans.admin.compared import compared as compared
from governance.scans.admin.scans import ScanAdmin as ScanAdmin
from governance.scans.admin.schedules import ScheduleAdmin as ScheduleAdmin
from governance.scans.admin.sources import SourceAdmin as SourceAdmin
