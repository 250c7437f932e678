"""The live hub: a frame is published once after commit, and each web process hands it to its own sockets.

`publish` from anywhere, `register_topic` in an app's `ready()`; the socket's side is in `hub` and `consumer`.
"""

from governance.core.live.publishing import flush as flush
from governance.core.live.publishing import is_heard as is_heard
from governance.core.live.publishing import publish as publish
from governance.core.live.publishing import publish_now as publish_now
from governance.core.live.publishing import wake_facts as wake_facts
from governance.core.live.topics import Topic as Topic
from governance.core.live.topics import register_topic as register_topic
