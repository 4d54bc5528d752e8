"""Every area of facts. A new one: a module of facts, a field in Facts, a module here that collects it, a line here."""

from __future__ import annotations

from tap.verify.area import Area
from tap.verify.areas.flow_logs import FLOW_LOGS
from tap.verify.areas.network import NETWORK

AREAS: tuple[Area, ...] = (NETWORK, FLOW_LOGS)
