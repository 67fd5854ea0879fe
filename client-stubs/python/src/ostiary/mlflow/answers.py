"""The objects in MLflow's answers, as things that are decided about before anything of them leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ostiary.mlflow.names import Names, Remembered
from ostiary.mlflow.refused import Refused
from ostiary.mlflow.things import Thing, tags_of


class Answers:
    """Reads things out of answers. What they are within may have to be asked for, so it may block unless
    it goes by what is remembered."""

    def __init__(self, names: Names | Remembered) -> None:
        self._names = names

    def things(self, kind: str, found: Iterable[Any]) -> list[Thing]:
        """The things of several objects."""
        return [self.thing(kind, one) for one in found]

    def thing(self, kind: str, found: Any) -> Thing:
        """The thing that an answer shows; remembered, since what follows is often about it."""
        if not isinstance(found, Mapping):
            raise Refused(503, "MLflow's answer is not understood")
        thing: Thing = getattr(self, "_" + kind)(found)
        names = tuple(thing.id.rsplit("/", 1)) if kind == "model_version" else (thing.id,)
        return self._names.remember(thing, kind, *names)

    def _experiment(self, found: Mapping[str, Any]) -> Thing:
        return Thing("Experiment", str(found["experiment_id"]), str(found.get("name", "")), tags_of(found.get("tags")))

    def _run(self, found: Mapping[str, Any]) -> Thing:
        info = found["info"]
        within = self._names.find("experiment", str(info["experiment_id"]))
        return Thing("Run", str(info["run_id"]), "", tags_of(found.get("data", {}).get("tags")), within)

    def _logged_model(self, found: Mapping[str, Any]) -> Thing:
        info = found["info"]
        within = self._names.find("experiment", str(info["experiment_id"]))
        return Thing("LoggedModel", str(info["model_id"]), str(info.get("name", "")), tags_of(info.get("tags")), within)

    def _trace(self, found: Mapping[str, Any]) -> Thing:
        experiment = found.get("experiment_id")
        if experiment is None:
            experiment = found["trace_location"]["mlflow_experiment"]["experiment_id"]
        name = str(found.get("trace_id") or found["request_id"])
        return Thing("Trace", name, "", tags_of(found.get("tags")), self._names.find("experiment", str(experiment)))

    def _registered_model(self, found: Mapping[str, Any]) -> Thing:
        return Thing("RegisteredModel", str(found["name"]), str(found["name"]), tags_of(found.get("tags")))

    def _model_version(self, found: Mapping[str, Any]) -> Thing:
        name = str(found["name"])
        stage = str(found.get("current_stage", "None"))
        within = self._names.find("registered_model", name)
        tags = tags_of(found.get("tags"))
        return Thing("ModelVersion", f"{name}/{found['version']}", "", tags, within, "" if stage == "None" else stage)


def at(answer: Any, field: str) -> Any:
    """The object in that field, ``trace.trace_info`` for one in another; ``None`` where it is not there."""
    for name in field.split("."):
        answer = answer.get(name) if isinstance(answer, Mapping) else None
    return answer
