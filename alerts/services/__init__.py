"""What can be done with alerts."""

from alerts.services.firing import react as react
from alerts.services.handling import acknowledge as acknowledge
from alerts.services.handling import may_handle as may_handle
from alerts.services.handling import reopen as reopen
from alerts.services.handling import resolve as resolve
from alerts.services.notices import send_again as send_again
from alerts.services.receivers import create_receiver as create_receiver
from alerts.services.receivers import delete_receiver as delete_receiver
from alerts.services.receivers import test_receiver as test_receiver
from alerts.services.receivers import update_receiver as update_receiver
from alerts.services.rules import create_rule as create_rule
from alerts.services.rules import delete_rule as delete_rule
from alerts.services.rules import update_rule as update_rule
from alerts.services.silences import create_silence as create_silence
from alerts.services.silences import end_silence as end_silence
from alerts.services.silences import silence as silence
