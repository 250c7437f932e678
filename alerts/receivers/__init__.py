"""Receivers: how a message leaves the portal. One plugin is one file and one line in the table of `base`."""

from alerts.receivers.base import REGISTRY as REGISTRY
from alerts.receivers.base import Config as Config
from alerts.receivers.base import Group as Group
from alerts.receivers.base import Notice as Notice
from alerts.receivers.base import Receiver as Receiver
