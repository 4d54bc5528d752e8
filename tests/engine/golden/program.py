"""Plays a declarative program as the Python SDK plays one: what it sends to the engine, and in which order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from tap.engine.model import STACK_TYPE, Alias, CustomTimeouts, Goal, ReadGoal
from tap.engine.registration import (
    MonitorClosedError,
    ProgramExit,
    RefusedError,
    Registered,
    Registrar,
    Result,
)
from tap.engine.urn import UNKNOWN_ID, provider_reference
from tap.engine.values import UNKNOWN, Secret, contains_secret, contains_unknown, without_secrets

Item = Mapping[str, Any]

THING, COMPONENT, PROVIDER = "fake:index:Thing", "fake:index:Comp", "pulumi:providers:fake"
SDK_VERSION = "1.2.3"
FAILED, BAIL = 32, True


class Program:
    """One run of a program. Call it with the registrar."""

    def __init__(
        self,
        items: list[Item],
        exports: Mapping[str, Any],
        *,
        project: str = "golden",
        stack: str = "dev",
        dry_run: bool = False,
        at_once: bool = False,
    ) -> None:
        """`at_once`: requests do not wait for each other's answers, unless they need them."""
        raising = next((index for index, item in enumerate(items) if "raise" in item), None)
        self.raised = items[raising]["raise"] if raising is not None else ""
        self.logs = [item for item in items[:raising] if "log" in item]
        self.items = [item for item in items[:raising] if "name" in item]
        self.exports = exports if raising is None else {}
        self.by_name = {item["name"]: item for item in self.items}
        self.answers: dict[str, Registered] = {}
        self.stack_name = f"{project}-{stack}"
        self.stack_urn = ""
        self.dry_run = dry_run
        self._register_items = self._register_at_once if at_once else self._register_one_by_one

    async def __call__(self, registrar: Registrar) -> ProgramExit:
        for item in self.logs:
            registrar.log({"warn": "warning"}.get(item["log"], item["log"]), item["text"], "")
        try:
            stack = Goal(type=STACK_TYPE, name=self.stack_name, custom=False, inputs={})
            self.stack_urn = (await registrar.register_resource(stack)).urn
            await self._register_items(registrar)
            for item in self.items:
                if "outputs" in item:
                    await registrar.register_resource_outputs(self._urn(item["name"]), self._values(item["outputs"]))
            await registrar.register_resource_outputs(self.stack_urn, self._values(self.exports))
        except MonitorClosedError:
            return ProgramExit(FAILED, BAIL)
        except RefusedError as error:
            return self._failed(registrar, str(error))
        if self.raised:
            return self._failed(registrar, self.raised)
        try:
            await registrar.wait_for_shutdown()
        except MonitorClosedError:
            return ProgramExit(FAILED, BAIL)
        return ProgramExit(0, bail=False)

    def _failed(self, registrar: Registrar, why: str) -> ProgramExit:
        registrar.log("error", f"Program failed with an unhandled exception:\n{why}", "")
        return ProgramExit(FAILED, BAIL)

    async def _register_at_once(self, registrar: Registrar) -> None:
        loop = asyncio.get_running_loop()
        answered = {item["name"]: loop.create_future() for item in self.items}

        async def register(item: Item) -> None:
            for name in sorted(self._awaited(item)):
                await answered[name]
            self.answers[item["name"]] = await self._send(registrar, item)
            answered[item["name"]].set_result(None)

        tasks = [asyncio.ensure_future(register(item)) for item in self.items]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _register_one_by_one(self, registrar: Registrar) -> None:
        """One request at a time, in the order in which they become ready; without a reference comes before with one."""
        waiting = list(self.items)
        ready: deque[Item] = deque()
        while True:
            fresh = [item for item in waiting if all(name in self.answers for name in self._awaited(item))]
            waiting = [item for item in waiting if item not in fresh]
            ready.extend(sorted(fresh, key=lambda item: any(references(item.get("inputs", {})))))
            if not ready:
                break
            item = ready.popleft()
            self.answers[item["name"]] = await self._send(registrar, item)
        assert not waiting, f"never ready: {waiting}"

    # -- what an item waits for and hangs on ------------------------------------------------------------------------

    def _awaited(self, item: Item) -> set[str]:
        options = item.get("options", {})
        names = set(references(item.get("inputs", {})))
        for name in options.get("dependsOn", []):
            names |= {name, *(found["name"] for found in self._descendants(name))}
        names |= {item["parent"]} if "parent" in item else set()
        names |= {options["provider"]} if "provider" in options else set()
        names |= set(_names(options.get("providers", [])))
        names |= set(options.get("replaceWith", []))
        names |= {options["deletedWith"]} if "deletedWith" in options else set()
        return names

    def _descendants(self, name: str) -> Iterator[Item]:
        for item in self.items:
            if item.get("parent") == name:
                yield item
                yield from self._descendants(item["name"])

    def _expanded(self, name: str) -> set[str]:
        """The URNs that a dependency on this resource means: of a component, its children's."""
        if not self.by_name[name].get("component"):
            return {self._urn(name)}
        return {self._urn(item["name"]) for item in self._descendants(name) if not item.get("component")}

    # -- values -----------------------------------------------------------------------------------------------------

    def _urn(self, name: str) -> str:
        return self.answers[name].urn

    def _values(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            if "$ref" in value:
                return self._output(value["$ref"])
            if "$secret" in value:
                inner = self._values(value["$secret"])
                return inner if isinstance(inner, Secret) else Secret(inner)
            return {key: self._values(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._values(item) for item in value]
        return value

    def _output(self, reference: str) -> Any:
        name, _, key = reference.partition(".")
        answer = self.answers[name]
        if key in ("id", "urn"):
            return answer.id if key == "id" else answer.urn
        if key not in answer.outputs:
            if self.dry_run or answer.unknown or answer.result is not Result.SUCCESS:
                return UNKNOWN
            return self._values(self.by_name[name].get("inputs", {}).get(key))
        value = answer.outputs[key]
        if contains_unknown(value) and not isinstance(value, (dict, list)):
            return UNKNOWN
        return Secret(without_secrets(value)) if contains_secret(value) else value

    # -- requests ---------------------------------------------------------------------------------------------------

    async def _send(self, registrar: Registrar, item: Item) -> Registered:
        parent = self._urn(item["parent"]) if "parent" in item else self.stack_urn
        if "get" in item:
            inputs = self._values(item.get("inputs", {}))
            return await registrar.read_resource(
                ReadGoal(THING, item["name"], item["get"], inputs, parent, version=SDK_VERSION)
            )
        return await registrar.register_resource(self._goal(item, parent))

    def _goal(self, item: Item, parent: str) -> Goal:
        options, inputs = item.get("options", {}), item.get("inputs", {})
        custom = not item.get("component")
        by_key = {key: set().union(*(self._expanded(name) for name in references(inputs[key]))) for key in inputs}
        depended = set().union(*by_key.values(), *(self._expanded(name) for name in options.get("dependsOn", [])))
        type = PROVIDER if item.get("provider") else THING if custom else COMPONENT
        provider = self._provider(item) if custom and not item.get("provider") else ""
        providers = _names(options.get("providers", []))
        return Goal(
            type=type,
            name=item["name"],
            custom=custom,
            inputs=self._values(inputs),
            parent=parent,
            id=options.get("import", ""),
            protect=self._protect(item),
            retain_on_delete=options.get("retainOnDelete"),
            delete_before_replace=options.get("deleteBeforeReplace"),
            dependencies=tuple(sorted(depended)),
            property_dependencies={key: tuple(sorted(urns)) for key, urns in by_key.items()},
            provider=self._reference(provider) if provider else "",
            providers={"fake": self._reference(providers[0])} if providers else {},
            version=options.get("version", "" if item.get("provider") or not custom else SDK_VERSION),
            ignore_changes=tuple(options.get("ignoreChanges", [])),
            replace_on_changes=tuple(options.get("replaceOnChanges", [])),
            additional_secret_outputs=tuple(options.get("additionalSecretOutputs", [])),
            aliases=tuple(self._alias(alias) for alias in options.get("aliases", [])),
            custom_timeouts=CustomTimeouts(**options.get("customTimeouts", {})),
            deleted_with=self._urn(options["deletedWith"]) if "deletedWith" in options else "",
            replace_with=tuple(self._urn(name) for name in options.get("replaceWith", [])),
            replacement_trigger=options.get("replacementTrigger"),
        )

    def _protect(self, item: Item) -> bool | None:
        """The SDK hands it down by itself, before the engine does."""
        own = item.get("options", {}).get("protect")
        return own if own is not None or "parent" not in item else self._protect(self.by_name[item["parent"]])

    def _provider(self, item: Item) -> str:
        """The name of the explicit provider of an item, its own or the nearest component's."""
        options = item.get("options", {})
        if "provider" in options:
            return str(options["provider"])
        for name in _names(options.get("providers", [])):
            return name
        return self._provider(self.by_name[item["parent"]]) if "parent" in item else ""

    def _reference(self, name: str) -> str:
        answer = self.answers[name]
        return provider_reference(answer.urn, UNKNOWN_ID if answer.id is UNKNOWN else answer.id)

    def _alias(self, alias: Any) -> Alias:
        if isinstance(alias, str):
            return Alias(urn=alias)
        parent = alias.get("parent", "")
        return Alias(
            name=alias.get("name"),
            type=alias.get("type"),
            parent_urn=self._urn(parent) if parent in self.answers else parent,
            no_parent=alias.get("noParent", False),
        )


def references(value: Any) -> Iterator[str]:
    """The names of the items that a value refers to."""
    if isinstance(value, Mapping):
        if "$ref" in value:
            yield value["$ref"].partition(".")[0]
        else:
            for item in value.values():
                yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def _names(providers: Any) -> list[str]:
    return list(providers.values()) if isinstance(providers, Mapping) else list(providers)
