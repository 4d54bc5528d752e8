"""Every area of facts. A new one: a module of facts, a field in Facts, a module here that collects it, a line here."""

from __future__ import annotations

from tap.verify.area import Area
from tap.verify.areas.alarms import ALARMS
from tap.verify.areas.flow_logs import FLOW_LOGS
from tap.verify.areas.keys import KEYS
from tap.verify.areas.logs import LOGS
from tap.verify.areas.network import NETWORK
from tap.verify.areas.roles import ROLES
from tap.verify.areas.storage import STORAGE
from tap.verify.areas.tags import TAGS

AREAS: tuple[Area, ...] = (NETWORK, FLOW_LOGS, STORAGE, KEYS, LOGS, ALARMS, ROLES, TAGS)
