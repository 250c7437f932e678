"""Facts: one row is the audit record, the live message and the trigger of everything that reacts.

`declare` a type, `record` a fact in the transaction of the change it tells of, `subscriber` to read sealed facts in order.
"""

from governance.core.events.declared import declare as declare
from governance.core.events.declared import title_of as title_of
from governance.core.events.declared import types as types
from governance.core.events.recording import record as record
from governance.core.events.subscribers import subscriber as subscriber
