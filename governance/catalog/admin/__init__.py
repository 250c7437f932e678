"""The catalog's pages in the admin."""

from governance.catalog.admin import changes as changes
from governance.catalog.admin import datasets as datasets
from governance.catalog.admin import decisions as decisions
from governance.catalog.admin import fields as fields
from governance.catalog.admin import importing as importing
from governance.catalog.admin import organising as organising
from governance.catalog.admin import report_card as report_card
from governance.catalog.admin import searching as searching
from governance.catalog.admin import thresholds as thresholds
