"""One port: websockets as ASGI, HTTP through the WSGI bridge."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from channels.sessions import CookieMiddleware
from django.core.wsgi import get_wsgi_application
from django.urls import re_path

wsgi = get_wsgi_application()

from governance.core.bridge import Bridge  # noqa: E402
from governance.core.live.consumer import LiveConsumer  # noqa: E402
from governance.env import env  # noqa: E402
from security.identity.sockets import authenticate  # noqa: E402


class Live(LiveConsumer):
    """The live hub's consumer, with people and tokens as `security.identity` knows them."""

    authenticate = staticmethod(authenticate)


sockets = AllowedHostsOriginValidator(CookieMiddleware(URLRouter([re_path(r"^ws/live/$", Live.as_asgi())])))
application = ProtocolTypeRouter({"http": Bridge(wsgi, threads=env.web_threads, body_limit=env.body_limit), "websocket": sockets})
