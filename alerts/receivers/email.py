"""E-mail through the mail server of GOVERNANCE_SMTP_URL, as text and as HTML."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template.loader import render_to_string
from pydantic import Field, field_validator

from alerts.receivers import base
from alerts.templating import plain
from governance.core.errors import ConfigurationError, CredentialsRefused, GovernanceError, InvalidInput, Unreachable
from governance.env import env

WAIT = 10.0
PORTS = {"smtp": 25, "smtps": 465}
MISSING = "No mail server is set. Set GOVERNANCE_SMTP_URL (smtp://user:password@host:port) and start the portal again."


class Config(base.Config):
    to: list[str] = Field(title="To", description="Addresses, separated by commas.", min_length=1, max_length=50)
    prefix: str = Field("[Governance]", title="Subject begins with", description="Helps people to sort these messages.", max_length=50)

    @field_validator("to")
    @classmethod
    def _addresses(cls, value: list[str]) -> list[str]:
        for one in value:
            try:
                validate_email(one)
            except ValidationError:
                raise ValueError(f"{one[:100]!r} is not an e-mail address") from None
        return list(dict.fromkeys(value))


class Email(base.Receiver):
    label = "E-mail"
    summary = "Sends a message to people's mailboxes."
    icon = "mail"
    Config = Config

    @classmethod
    def obstacle(cls) -> str:
        return "" if env.smtp_url else MISSING

    def notify(self, group: base.Group) -> str:
        if not env.smtp_url:
            raise ConfigurationError(MISSING)
        message = compose(group, self.config)
        try:
            refused = _send(message, self.config.to)
        except GovernanceError:
            raise
        except smtplib.SMTPAuthenticationError:
            raise CredentialsRefused("The mail server refused the login. Check the user and the password in GOVERNANCE_SMTP_URL.") from None
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused({name: code for name, (code, _) in error.recipients.items()}) from None
        except smtplib.SMTPResponseException as error:
            raise _answer(error.smtp_code) from None
        except (smtplib.SMTPException, ssl.SSLError, OSError) as error:
            raise Unreachable(f"The mail server cannot be reached or went away ({type(error).__name__}). Check GOVERNANCE_SMTP_URL.") from None
        accepted = len(self.config.to) - len(refused)
        return f"accepted for {accepted} of {len(self.config.to)} addresses" if refused else "accepted by the mail server"


def compose(group: base.Group, config: Any) -> EmailMessage:
    """The message; its Message-ID stays the same when it is sent again, so that mailboxes show it once."""
    context = {"group": group, "notices": group.notices, "portal": group.portal}
    host = urlsplit(group.portal).hostname or "localhost"
    message = EmailMessage()
    message["Subject"] = plain(f"{config.prefix} {group.title}")[:250]
    message["From"] = env.mail_from
    message["To"] = ", ".join(config.to)
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{group.delivery}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Governance-Delivery"] = group.delivery
    message.set_content(render_to_string("alerts/email.txt", context))
    message.add_alternative(render_to_string("alerts/email.html", context), subtype="html")
    return message


def _send(message: EmailMessage, to: list[str]) -> dict[str, Any]:
    parts = urlsplit(env.smtp_url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ConfigurationError("GOVERNANCE_SMTP_URL is not an address of a mail server. Write smtp://user:password@host:port or smtps://….")
    port = parts.port or PORTS[parts.scheme]
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(parts.hostname, port, timeout=WAIT, context=context)
    else:
        server = smtplib.SMTP(parts.hostname, port, timeout=WAIT)
    with server:
        server.ehlo_or_helo_if_needed()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server.send_message(message, parseaddr(env.mail_from)[1], to)


def _refused(codes: dict[str, int]) -> GovernanceError:
    if any(400 <= code < 500 for code in codes.values()):
        return Unreachable("The mail server takes nothing for these addresses now. It is tried again.")
    return InvalidInput("The mail server refused every address. Check them.")


def _answer(code: int) -> GovernanceError:
    if 400 <= code < 500:
        return Unreachable(f"The mail server cannot take the message now (code {code}). It is tried again.")
    return InvalidInput(f"The mail server refused the message (code {code}). Check GOVERNANCE_MAIL_FROM and the addresses.")
