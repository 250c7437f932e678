"""One port: websockets as ASGI, HTTP through the WSGI bridge."""

from __future__ import annotations

import os
from urllib.parse import ParseResult

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import OriginValidator
from channels.sessions import CookieMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import re_path

wsgi = get_wsgi_application()

from governance.core.bridge import Bridge  # noqa: E402
from governance.core.live.consumer import LiveConsumer  # noqa: E402
from governance.core.live.lifespan import lifespan  # noqa: E402
from governance.env import env  # noqa: E402
from security.identity.sockets import authenticate  # noqa: E402


class Live(LiveConsumer):
    """The live hub's consumer, with people and tokens as `security.identity` knows them."""

    authenticate = staticmethod(authenticate)


class Origins(OriginValidator):  # type: ignore[misc]
    """Pages of other sites are refused. Browsers always name the page's origin, so whoever names none is a program, which no other site can steer."""

    def valid_origin(self, parsed_origin: ParseResult | None) -> bool:
        return parsed_origin is None or bool(super().valid_origin(parsed_origin))


sockets = Origins(CookieMiddleware(URLRouter([re_path(r"^ws/live/$", Live.as_asgi())])), settings.ALLOWED_HOSTS)
bridge = Bridge(wsgi, threads=env.web_threads, body_limit=env.body_limit)
application = ProtocolTypeRouter({"http": bridge, "websocket": sockets, "lifespan": lifespan})
