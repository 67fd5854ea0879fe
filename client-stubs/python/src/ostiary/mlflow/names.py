"""Names and ids of MLflow's objects, from the stores of the MLflow in this process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Protocol

from ostiary.mlflow.refused import Refused
from ostiary.mlflow.things import Thing, tags_of


class Source(Protocol):
    """What knows the objects. Each method blocks, and raises :class:`Refused` with 404 where there is none."""

    def experiment(self, experiment_id: str) -> Thing: ...
    def run(self, run_id: str) -> Thing: ...
    def logged_model(self, model_id: str) -> Thing: ...
    def trace(self, trace_id: str) -> Thing: ...
    def registered_model(self, name: str) -> Thing: ...
    def model_version(self, name: str, version: str) -> Thing: ...
    def alias(self, name: str, alias: str) -> Thing: ...
    def root(self, thing: Thing) -> str: ...


class Names:
    """Remembers what the source said, for as long as it can be right.

    An entry lives for ``seconds``, since another worker or a job may change tags; what this worker changes is forgotten at once,
    and everything is when the sidecar decides by another revision, so that a revocation is not answered from memory. At
    most ``most`` entries; safe for all threads.
    """

    def __init__(self, source: Source, seconds: float = 2.0, most: int = 10_000) -> None:
        self._source = source
        self._seconds = seconds
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, ...], tuple[float, Thing]] = OrderedDict()
        self._revision: object = None

    def known(self, kind: str, *names: str) -> Thing | None:
        """The object if it is remembered; never blocks."""
        with self._lock:
            entry = self._known.get((kind, *names))
            return entry[1] if entry is not None and time.monotonic() < entry[0] else None

    def find(self, kind: str, *names: str) -> Thing:
        """The object of that kind (a method of :class:`Source`); may block."""
        thing = self.known(kind, *names)
        if thing is None:
            found: Thing = getattr(self._source, kind)(*names)
            thing = self.remember(found, kind, *names)
        return thing

    def remember(self, thing: Thing, kind: str, *names: str) -> Thing:
        """Remembers what an answer of MLflow has just said; the same, or one that is equal and was known."""
        with self._lock:
            entry = self._known.get((kind, *names))
            if entry is not None and entry[1] == thing:
                thing = entry[1]
            self._known[(kind, *names)] = (time.monotonic() + self._seconds, thing)
            self._known.move_to_end((kind, *names))
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return thing

    def root(self, thing: Thing) -> str:
        """Where the files of a thing are; blocks."""
        return self._source.root(thing)

    def forget(self, things: list[Thing]) -> None:
        """Forgets these, and all that is within them."""
        ids = {thing.uid for thing in things}
        with self._lock:
            for key in [k for k, (_, thing) in self._known.items() if any(one.uid in ids for one in thing.chain())]:
                del self._known[key]

    def empty(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._known.clear()

    def at(self, revision: object) -> None:
        """Empties itself where the sidecar decides by another revision than before."""
        with self._lock:
            if revision != self._revision:
                self._known.clear()
                self._revision = revision


class NotRemembered(Exception):
    """The source would have to be asked."""


class Remembered:
    """What :class:`Names` knows without asking the source, so that it never blocks."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.remember = names.remember

    def find(self, kind: str, *names: str) -> Thing:
        """The object; raises :class:`NotRemembered`."""
        thing = self._names.known(kind, *names)
        if thing is None:
            raise NotRemembered
        return thing

    def root(self, thing: Thing) -> str:
        """Is never remembered."""
        raise NotRemembered


class Stores:
    """MLflow's own stores as a source."""

    def __init__(self) -> None:
        from mlflow.server.handlers import _get_model_registry_store, _get_tracking_store

        self._tracking: Callable[[], Any] = _get_tracking_store
        self._registry: Callable[[], Any] = _get_model_registry_store

    def experiment(self, experiment_id: str) -> Thing:
        return _experiment(_there(lambda: self._tracking().get_experiment(experiment_id), experiment_id))

    def run(self, run_id: str) -> Thing:
        run = _there(lambda: self._tracking().get_run(run_id), run_id)
        return Thing("Run", run.info.run_id, "", dict(run.data.tags), self.experiment(run.info.experiment_id))

    def logged_model(self, model_id: str) -> Thing:
        model = _there(lambda: self._tracking().get_logged_model(model_id), model_id)
        return Thing("LoggedModel", model.model_id, model.name, dict(model.tags), self.experiment(model.experiment_id))

    def trace(self, trace_id: str) -> Thing:
        info = _there(lambda: self._tracking().get_trace_info(trace_id), trace_id)
        return Thing("Trace", info.trace_id, "", dict(info.tags), self.experiment(info.experiment_id))

    def registered_model(self, name: str) -> Thing:
        model = _there(lambda: self._registry().get_registered_model(name), name)
        return Thing("RegisteredModel", model.name, model.name, dict(model._tags or {}))

    def model_version(self, name: str, version: str) -> Thing:
        return self._version(_there(lambda: self._registry().get_model_version(name, version), f"{name}/{version}"))

    def alias(self, name: str, alias: str) -> Thing:
        found = _there(lambda: self._registry().get_model_version_by_alias(name, alias), f"{name}@{alias}")
        return self._version(found)

    def root(self, thing: Thing) -> str:
        store = self._tracking()
        if thing.type == "Run":
            return str(store.get_run(thing.id).info.artifact_uri)
        if thing.type == "LoggedModel":
            return str(store.get_logged_model(thing.id).artifact_location)
        if thing.type == "Trace":
            return str(store.get_trace_info(thing.id).tags.get("mlflow.artifactLocation", ""))
        return str(store.get_experiment(thing.id).artifact_location)

    def _version(self, found: Any) -> Thing:
        model = self.registered_model(found.name)
        stage = "" if found.current_stage in (None, "None") else str(found.current_stage)
        return Thing("ModelVersion", f"{found.name}/{found.version}", "", dict(found.tags), model, stage)


def _there(ask: Callable[[], Any], name: str) -> Any:
    from mlflow.exceptions import MlflowException

    try:
        found = ask()
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"):
            raise Refused(404, f"`{name}` does not exist") from None
        if error.error_code == "INVALID_PARAMETER_VALUE":
            raise Refused(400, f"`{name}` is no such name") from None
        raise
    if found is None:
        raise Refused(404, f"`{name}` does not exist")
    return found


def _experiment(found: Any) -> Thing:
    return Thing("Experiment", str(found.experiment_id), found.name, tags_of(found.tags))
