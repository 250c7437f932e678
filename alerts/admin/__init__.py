"""The pages of alerts in the admin."""

from alerts.admin import inbox as inbox
from alerts.admin import receivers as receivers
from alerts.admin import rules as rules
from alerts.admin import silences as silences
