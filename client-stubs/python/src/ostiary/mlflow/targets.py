"""What a request is about, before it goes in: the questions that must all be allowed.

Each function has the name by which ``routes.map`` names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ostiary.mlflow.asked import Asked, header
from ostiary.mlflow.names import Names, Remembered
from ostiary.mlflow.refused import Refused
from ostiary.mlflow.things import SERVER, Ownership, Thing, tags_of


@dataclass(frozen=True)
class Ask:
    """One question about one thing; ``to`` is the stage that a promotion leads to."""

    action: str
    thing: Thing
    to: str = ""
    #: The project that a thing which is not there yet will be in.
    project: str = ""


class Targets:
    """Finds out what requests are about. It may block, since it asks MLflow's stores, unless it goes by what is
    remembered."""

    def __init__(self, names: Names | Remembered, ownership: Ownership) -> None:
        self._names = names
        self._own = ownership

    def asks(self, asked: Asked) -> list[Ask]:
        """The questions of a request that is decided before it goes in."""
        target: Callable[[Asked, str], list[Ask]] = getattr(self, asked.route.target)
        return target(asked, asked.route.action)

    # ---- whatever has no smaller part ----

    def server(self, asked: Asked, action: str) -> list[Ask]:
        return [Ask(action, SERVER)]

    # ---- experiments ----

    def new_experiment(self, asked: Asked, action: str) -> list[Ask]:
        tags = tags_of(asked.inner("tags"))
        asks = [self._in_project(action, asked.need("name"), tags)]
        # Files in a place of one's own choice could be somebody else's.
        if asked.text("artifact_location"):
            asks.append(self._in_project("govern", asked.need("name"), tags))
        return asks

    def experiment(self, asked: Asked, action: str) -> list[Ask]:
        return [Ask(action, self._names.find("experiment", asked.need("experiment_id")))]

    def experiments(self, asked: Asked, action: str) -> list[Ask]:
        ids = asked.texts("experiment_ids")
        for place in asked.inner("locations") or ():
            ids.append(_location(place))
        if not ids:
            raise Refused(400, "expected `experiment_ids`")
        return [Ask(action, self._names.find("experiment", one)) for one in dict.fromkeys(ids)]

    def renamed_experiment(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_rename(self.experiment(asked, action))

    def experiment_tag(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_tags(self.experiment(asked, action), [asked.need("key")])

    # ---- runs ----

    def new_run(self, asked: Asked, action: str) -> list[Ask]:
        asks = self.experiment(asked, action)
        return self._with_tags(asks, [key for key in tags_of(asked.inner("tags")) if key != self._own.owner_tag])

    def run(self, asked: Asked, action: str) -> list[Ask]:
        return [Ask(action, self._names.find("run", asked.need("run_id", "run_uuid")))]

    def runs(self, asked: Asked, action: str) -> list[Ask]:
        ids = asked.texts("run_ids", "run_id")
        if not ids:
            raise Refused(400, "expected `run_ids`")
        return [Ask(action, self._names.find("run", one)) for one in dict.fromkeys(ids)]

    def run_tag(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_tags(self.run(asked, action), [asked.need("key")])

    def run_and_models(self, asked: Asked, action: str) -> list[Ask]:
        asks = self._with_tags(self.run(asked, action), list(tags_of(asked.inner("tags"))))
        models = [asked.text("model_id")]
        for name in ("metrics", "models"):
            models += [_text(one, "model_id") for one in asked.inner(name) or ()]
        for model in dict.fromkeys(filter(None, models)):
            asks.append(Ask(action, self._names.find("logged_model", model)))
        return asks

    def run_and_traces(self, asked: Asked, action: str) -> list[Ask]:
        return self.run(asked, action) + self.traces(asked, action)

    # ---- files ----

    def run_file(self, asked: Asked, action: str) -> list[Ask]:
        run = self._names.find("run", asked.need("run_id", "run_uuid"))
        return [Ask(action, run.file(asked.need("path")))]

    def run_or_model_file(self, asked: Asked, action: str) -> list[Ask]:
        kind, name = ("logged_model", "model_id") if asked.text("model_id") else ("run", "run_id")
        if kind == "logged_model" and asked.text("run_id"):
            raise Refused(400, "expected `run_id` or `model_id`, got both")
        return [Ask(action, self._names.find(kind, asked.need(name)).file(asked.need("path")))]

    def stored(self, asked: Asked, action: str) -> list[Ask]:
        return [Ask(action, self._stored(asked.need("path")))]

    def stored_folder(self, asked: Asked, action: str) -> list[Ask]:
        thing = self._stored(asked.need("path"))
        return [Ask(action, thing.within or thing)]

    def _stored(self, path: str) -> Thing:
        """Whose a path in the store that MLflow serves is: by MLflow's layout, if the owner says that it is there."""
        folder = re.fullmatch(r"(\d+)/(models|traces)/([^/]+)/artifacts(?:/(.*))?", path)
        kinds = {"models": "logged_model", "traces": "trace"}
        run = re.fullmatch(r"(\d+)/([0-9a-f]{32})/artifacts(?:/(.*))?", path)
        if folder:
            experiment, kind, name, rest = folder[1], kinds[folder[2]], folder[3], folder[4]
        elif run:
            experiment, kind, name, rest = run[1], "run", run[2], run[3]
        else:
            raise Refused(403, "this path in the store belongs to no run, model or trace")
        thing = self._names.find(kind, name)
        root = re.sub(r"^[a-z0-9+-]+:(//[^/]*)?/*", "", self._names.root(thing)).rstrip("/")
        prefix = path[: path.index("/artifacts") + len("/artifacts")]
        if thing.top.id != experiment or not (root == prefix or root.endswith("/" + prefix)):
            raise Refused(403, "this path in the store belongs to no run, model or trace")
        return thing.file(rest) if rest else thing

    # ---- logged models ----

    def new_logged_model(self, asked: Asked, action: str) -> list[Ask]:
        asks = self.experiment(asked, action)
        if run := asked.text("source_run_id"):
            asks.append(Ask("write", self._names.find("run", run)))
        return self._with_tags(asks, [key for key in tags_of(asked.inner("tags")) if key != self._own.owner_tag])

    def logged_model(self, asked: Asked, action: str) -> list[Ask]:
        return [Ask(action, self._names.find("logged_model", asked.need("model_id")))]

    def logged_model_tag(self, asked: Asked, action: str) -> list[Ask]:
        keys = [asked.text("tag_key")] if "tag_key" in asked.segments else list(tags_of(asked.inner("tags")))
        return self._with_tags(self.logged_model(asked, action), keys)

    def logged_model_file(self, asked: Asked, action: str) -> list[Ask]:
        model = self._names.find("logged_model", asked.need("model_id"))
        return [Ask(action, model.file(asked.need("artifact_file_path")))]

    # ---- the registry ----

    def new_registered_model(self, asked: Asked, action: str) -> list[Ask]:
        return [self._in_project(action, asked.need("name"), tags_of(asked.inner("tags")))]

    def registered_model(self, asked: Asked, action: str) -> list[Ask]:
        return [Ask(action, self._names.find("registered_model", asked.need("name")))]

    def renamed_model(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_rename(self.registered_model(asked, action))

    def registered_model_tag(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_tags(self.registered_model(asked, action), [asked.need("key")])

    def new_model_version(self, asked: Asked, action: str) -> list[Ask]:
        asks = self.registered_model(asked, action)
        asks += [Ask("readContent", one) for one in self._sources(asked)]
        return self._with_tags(asks, [key for key in tags_of(asked.inner("tags")) if key != self._own.owner_tag])

    def _sources(self, asked: Asked) -> list[Thing]:
        """What a new version is made from, whose files MLflow will hand out as the version's."""
        source, run, model = asked.need("source"), asked.text("run_id"), asked.text("model_id")
        things = [self._names.find("run", run)] if run else []
        if model:
            things.append(self._names.find("logged_model", model))
        if match := re.fullmatch(r"runs:/([0-9a-f]{32})(/.*)?", source):
            things.append(self._names.find("run", match[1]))
        elif match := re.fullmatch(r"models:/(m-[0-9a-f]{32})(/.*)?", source):
            things.append(self._names.find("logged_model", match[1]))
        elif match := re.fullmatch(r"models:/([^/@]+)(?:/(\d+)|@([^/]+))", source):
            kind = "model_version" if match[2] else "alias"
            things.append(self._names.find(kind, match[1], match[2] or match[3]))
        elif match := re.fullmatch(r"mlflow-artifacts:(?://[^/]*)?/+([^?#%]+)", source):
            if ".." in match[1].split("/"):
                raise Refused(400, "the source has dot segments")
            things.append(self._stored(match[1].rstrip("/")))
        elif tags_of(asked.inner("tags")).get("mlflow.prompt.is_prompt") == "true":
            pass  # its text is in its tags, and its source is a word
        elif not (things and any(_under(source, self._names.root(thing)) for thing in things)):
            raise Refused(403, "the source of a version is a run, a logged model, a version or a file of one of them")
        return things

    def model_version(self, asked: Asked, action: str) -> list[Ask]:
        return [Ask(action, self._names.find("model_version", asked.need("name"), asked.need("version")))]

    def model_version_tag(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_tags(self.model_version(asked, action), [asked.need("key")])

    def model_stage(self, asked: Asked, action: str) -> list[Ask]:
        thing = self.model_version(asked, action)[0].thing
        asks = [Ask(action, thing, asked.need("stage"))]
        if asked.inner("archive_existing_versions") in (True, "true", "True"):
            asks.append(Ask(action, thing.within or thing, "Archived"))
        return asks

    def model_alias(self, asked: Asked, action: str) -> list[Ask]:
        name, alias = asked.need("name"), asked.need("alias")
        if asked.scope["method"] == "DELETE":
            return [Ask(action, self._names.find("alias", name, alias), alias)]
        return [Ask(action, self._names.find("model_version", name, asked.need("version")), alias)]

    # ---- traces ----

    def trace(self, asked: Asked, action: str) -> list[Ask]:
        return [Ask(action, self._names.find("trace", asked.need("trace_id", "request_id")))]

    def traces(self, asked: Asked, action: str) -> list[Ask]:
        ids = asked.texts("trace_ids", "request_ids")
        if not ids:
            raise Refused(400, "expected `trace_ids`")
        return [Ask(action, self._names.find("trace", one)) for one in dict.fromkeys(ids)]

    def trace_tag(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_tags(self.trace(asked, action), [asked.need("key")])

    def trace_and_tags(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_tags(self.trace(asked, action), list(tags_of(asked.inner("tags"))))

    def new_trace(self, asked: Asked, action: str) -> list[Ask]:
        asks = self.experiment(asked, action)
        return self._with_tags(asks, [key for key in tags_of(asked.inner("tags")) if key != self._own.owner_tag])

    def new_trace_3(self, asked: Asked, action: str) -> list[Ask]:
        info = (asked.inner("trace") or {}).get("trace_info") or {}
        experiment = self._names.find("experiment", _location(info.get("trace_location") or {}))
        keys = [key for key in tags_of(info.get("tags")) if key != self._own.owner_tag]
        asks = self._with_tags([Ask(action, experiment)], keys)
        # A trace that is there already would be written over.
        return asks + self._known_traces([_text(info, "trace_id")])

    def new_spans(self, asked: Asked, action: str) -> list[Ask]:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        experiment = header(asked.scope, b"x-mlflow-experiment-id")
        if not experiment:
            raise Refused(400, "expected the header `x-mlflow-experiment-id`")
        try:
            request = ExportTraceServiceRequest.FromString(asked.body or b"")
        except Exception:
            raise Refused(400, "the body is no OTLP request in protobuf") from None
        ids = {
            "tr-" + span.trace_id.hex()
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }
        return [Ask(action, self._names.find("experiment", experiment)), *self._known_traces(sorted(ids))]

    def _known_traces(self, ids: list[str]) -> list[Ask]:
        asks = []
        for one in ids:
            try:
                trace = self._names.find("trace", one)
            except Refused as refused:
                if refused.status != 404:
                    raise
                continue
            # Spans may come before their trace, which then has nobody yet: it is whoever's that creates it.
            if trace.tags.get(self._own.owner_tag):
                asks.append(Ask("write", trace))
        return asks

    # ---- what is more than writing ----

    def _in_project(self, action: str, name: str, tags: dict[str, str]) -> Ask:
        return Ask(action, SERVER, project=self._own.project(name, tags).id)

    def _with_tags(self, asks: list[Ask], keys: list[str]) -> list[Ask]:
        if self._own.governing_tags & set(keys):
            return [*asks, Ask("govern", asks[0].thing)]
        return asks

    def _with_rename(self, asks: list[Ask]) -> list[Ask]:
        return asks if self._own.project_names is None else [*asks, Ask("govern", asks[0].thing)]


def _location(place: Any) -> str:
    if not isinstance(place, dict):
        raise Refused(400, "expected a trace location")
    experiment = place.get("mlflow_experiment") or place.get("mlflowExperiment") or {}
    return _text(experiment, "experiment_id") or _text(experiment, "experimentId")


def _text(fields: Any, name: str) -> str:
    value = fields.get(name) if isinstance(fields, dict) else None
    if value is not None and not isinstance(value, str):
        raise Refused(400, f"expected a text as `{name}`")
    return value or ""


def _under(path: str, root: str) -> bool:
    return bool(root) and (path == root or path.startswith(root.rstrip("/") + "/")) and ".." not in path.split("/")
