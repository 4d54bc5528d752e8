"""Small edits of the facts of a network, for cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tap.verify.facts import Facts
from tap.verify.facts.network import AclEntry, NetworkFacts, Route, RouteTable, SecurityRule

Edit = Callable[[Facts], Facts]
Find = Callable[[Facts], str]


def network(facts: Facts, **fields: Any) -> Facts:
    return replace(facts, network=replace(facts.network, **fields))


def scope(facts: Facts, **fields: Any) -> Facts:
    return replace(facts, scope=replace(facts.scope, **fields))


def setting(key: str, value: str) -> Edit:
    return lambda facts: scope(facts, settings={**facts.scope.settings, key: value})


def both(*edits: Edit) -> Edit:
    def edit(facts: Facts) -> Facts:
        for each in edits:
            facts = each(facts)
        return facts

    return edit


def one(find: Find) -> Callable[[Facts], set[str]]:
    return lambda facts: {find(facts)}


def tier(name: str) -> Find:
    """The id of the tier's group."""
    return lambda facts: facts.scope.groups[name]


def claimed(name: str) -> Find:
    """The id of the resource whose logical name is `tap-<name>-local`."""

    def find(facts: Facts) -> str:
        (id_,) = [claim.id for claim in facts.scope.claims if claim.name == f"tap-{name}-local"]
        return id_

    return find


def with_rule(
    group: Find, peer: Find | str, ports: tuple[int, int] | None, *, protocol: str = "tcp", id_: str = "sgr-new"
) -> Edit:
    """One ingress rule more."""

    def edit(facts: Facts) -> Facts:
        source = peer if isinstance(peer, str) else peer(facts)
        rule = SecurityRule(id_, group(facts), False, protocol, source, ports)
        groups = tuple(
            replace(each, rules=(*each.rules, rule)) if each.id == rule.group else each for each in facts.network.groups
        )
        return network(facts, groups=groups)

    return edit


def without_rule(name: str) -> Edit:
    def edit(facts: Facts) -> Facts:
        gone = claimed(name)(facts)
        groups = tuple(
            replace(each, rules=tuple(rule for rule in each.rules if rule.id != gone)) for each in facts.network.groups
        )
        return network(facts, groups=groups)

    return edit


def with_table(name: str, change: Callable[[Facts, RouteTable], RouteTable]) -> Edit:
    """The route table with that name changed."""

    def edit(facts: Facts) -> Facts:
        changed = claimed(name)(facts)
        tables = tuple(change(facts, each) if each.id == changed else each for each in facts.network.tables)
        return network(facts, tables=tables)

    return edit


def with_route(name: str, destination: str, target: Find | str, **fields: Any) -> Edit:
    """The table's route to that destination, if there is one, replaced."""

    def change(facts: Facts, table: RouteTable) -> RouteTable:
        to = target if isinstance(target, str) else target(facts)
        others = tuple(each for each in table.routes if each.destination != destination)
        return replace(table, routes=(*others, Route(destination, to, **fields)))

    return with_table(name, change)


def without_route(name: str, destination: str) -> Edit:
    def change(_: Facts, table: RouteTable) -> RouteTable:
        return replace(table, routes=tuple(each for each in table.routes if each.destination != destination))

    return with_table(name, change)


def with_acl_entries(*entries: AclEntry) -> Edit:
    """In the ACL of all subnets, before its own ones."""

    def edit(facts: Facts) -> Facts:
        return network(
            facts, acls=tuple(replace(each, entries=(*entries, *each.entries)) for each in facts.network.acls)
        )

    return edit


def with_each(field: str, change: Callable[[Any], Any], which: Find) -> Edit:
    """The one with that id in a field of the network changed; None takes it away."""

    def edit(facts: Facts) -> Facts:
        id_ = which(facts)
        items = [change(each) if each.id == id_ else each for each in getattr(facts.network, field)]
        return network(facts, **{field: tuple(each for each in items if each is not None)})

    return edit


def nothing_there(facts: Facts) -> Facts:
    return replace(facts, network=NetworkFacts())
