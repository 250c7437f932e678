"""The catalog's pages in the admin."""

from governance.catalog.admin import datasets as datasets
from governance.catalog.admin import decisions as decisions
from governance.catalog.admin import fields as fields
from governance.catalog.admin import importing as importing
from governance.catalog.admin import organising as organising
from governance.catalog.admin import searching as searching
