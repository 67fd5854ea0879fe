"""What a request is about, before it goes in: the questions that must all be allowed.

Each function has the name by which ``routes.map`` names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ostiary.mlflow.asked import Asked, field, header, safe_file
from ostiary.mlflow.names import Names, Remembered
from ostiary.mlflow.refused import Refused
from ostiary.mlflow.things import PLACES, SERVER, Ownership, Thing, tags_of


# What stands for the source of a prompt.
_NO_SOURCES = ("dummy-source", "prompt-template")


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
        # Files in a place of one's own choice could be somebody else's.
        return self._new_in_project(asked, action, bool(asked.text("artifact_location")))

    def experiment(self, asked: Asked, action: str) -> list[Ask]:
        return [Ask(action, self._names.find("experiment", asked.need("experiment_id")))]

    def experiments(self, asked: Asked, action: str) -> list[Ask]:
        ids = asked.texts("experiment_ids")
        for place in _list(asked.inner("locations"), "locations"):
            ids.append(_location(place))
        if not ids:
            raise Refused(400, "expected `experiment_ids`")
        return [Ask(action, self._names.find("experiment", one)) for one in dict.fromkeys(ids)]

    def renamed_experiment(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_rename(self.experiment(asked, action), asked.text("new_name"))

    def experiment_tag(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_tag(self.experiment(asked, action), asked)

    # ---- runs ----

    def new_run(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_new_tags(self.experiment(asked, action), asked.inner("tags"))

    def run(self, asked: Asked, action: str) -> list[Ask]:
        return [Ask(action, self._names.find("run", asked.need("run_id", "run_uuid")))]

    def runs(self, asked: Asked, action: str) -> list[Ask]:
        ids = asked.texts("run_ids", "run_id")
        if not ids:
            raise Refused(400, "expected `run_ids`")
        return [Ask(action, self._names.find("run", one)) for one in dict.fromkeys(ids)]

    def run_tag(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_tag(self.run(asked, action), asked)

    def run_and_models(self, asked: Asked, action: str) -> list[Ask]:
        asks = self._with_tags(self.run(asked, action), list(tags_of(asked.inner("tags"))))
        models = [asked.text("model_id")]
        for name in ("metrics", "models"):
            models += [_text(one, "model_id") for one in _list(asked.inner(name), name)]
        for model in dict.fromkeys(filter(None, models)):
            asks.append(Ask(action, self._names.find("logged_model", model)))
        return asks

    def run_and_traces(self, asked: Asked, action: str) -> list[Ask]:
        return self.run(asked, action) + self.traces(asked, action)

    # ---- files ----

    def run_file(self, asked: Asked, action: str) -> list[Ask]:
        run = self._names.find("run", asked.need("run_id", "run_uuid"))
        return [Ask(action, run.file(safe_file(asked.need("path"))))]

    def run_or_model_file(self, asked: Asked, action: str) -> list[Ask]:
        kind, name = ("logged_model", "model_id") if asked.text("model_id") else ("run", "run_id")
        if kind == "logged_model" and asked.text("run_id"):
            raise Refused(400, "expected `run_id` or `model_id`, got both")
        return [Ask(action, self._names.find(kind, asked.need(name)).file(safe_file(asked.need("path"))))]

    def stored(self, asked: Asked, action: str) -> list[Ask]:
        return [Ask(action, self._stored(asked.need("path")))]

    def stored_part(self, asked: Asked, action: str) -> list[Ask]:
        """A file that goes up in parts: its name is in the body."""
        name = asked.inner("path") if isinstance(asked.inner("path"), str) else ""
        return [Ask(action, self._stored(f"{asked.segments['folder']}/{safe_file(name.rpartition('/')[2])}"))]

    def stored_folder(self, asked: Asked, action: str) -> list[Ask]:
        thing = self._stored(asked.need("path").rstrip("/"))
        if thing.type == "Artifact" and thing.within is not None:
            thing = thing.within
        # All that a trace has is content.
        return [Ask("readContent" if thing.type == "Trace" else action, thing)]

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
        return thing.file(safe_file(rest)) if rest else thing

    # ---- logged models ----

    def new_logged_model(self, asked: Asked, action: str) -> list[Ask]:
        asks = self.experiment(asked, action)
        if run := asked.text("source_run_id"):
            asks.append(Ask("write", self._names.find("run", run)))
        return self._with_new_tags(asks, asked.inner("tags"))

    def logged_model(self, asked: Asked, action: str) -> list[Ask]:
        return [Ask(action, self._names.find("logged_model", asked.need("model_id")))]

    def logged_model_tag(self, asked: Asked, action: str) -> list[Ask]:
        keys = [asked.text("tag_key")] if "tag_key" in asked.segments else list(tags_of(asked.inner("tags")))
        return self._with_tags(self.logged_model(asked, action), keys)

    def logged_model_file(self, asked: Asked, action: str) -> list[Ask]:
        model = self._names.find("logged_model", asked.need("model_id"))
        return [Ask(action, model.file(safe_file(asked.need("artifact_file_path"))))]

    # ---- the registry ----

    def new_registered_model(self, asked: Asked, action: str) -> list[Ask]:
        return self._new_in_project(asked, action)

    def registered_model(self, asked: Asked, action: str) -> list[Ask]:
        return [Ask(action, self._names.find("registered_model", asked.need("name")))]

    def renamed_model(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_rename(self.registered_model(asked, action), asked.text("new_name"))

    def registered_model_tag(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_tag(self.registered_model(asked, action), asked)

    def new_model_version(self, asked: Asked, action: str) -> list[Ask]:
        asks = self.registered_model(asked, action)
        asks += [Ask("readContent", one) for one in self._sources(asked)]
        return self._with_new_tags(asks, asked.inner("tags"))

    def _sources(self, asked: Asked) -> list[Thing]:
        """What a new version is made from, whose files MLflow will hand out as the version's."""
        source, run, model = asked.need("source"), asked.text("run_id"), asked.text("model_id")
        if ".." in source.split("/") or re.search(r"[\\%?#\x00-\x1f\x7f]", source):
            raise Refused(400, "the source has dot segments or one of \\ % ? #")
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
        elif match := re.fullmatch(r"mlflow-artifacts:(?://[^/]*)?/+(.+)", source):
            things.append(self._stored(match[1].rstrip("/")))
        elif source in _NO_SOURCES:
            pass  # a prompt: its text is in its tags
        elif not (things and any(_under(source, self._names.root(thing)) for thing in things)):
            raise Refused(403, "the source of a version is a run, a logged model, a version or a file of one of them")
        return things

    def model_version(self, asked: Asked, action: str) -> list[Ask]:
        return [Ask(action, self._names.find("model_version", asked.need("name"), asked.need("version")))]

    def model_version_file(self, asked: Asked, action: str) -> list[Ask]:
        return [Ask(action, self.model_version(asked, action)[0].thing.file(safe_file(asked.need("path"))))]

    def model_version_tag(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_tag(self.model_version(asked, action), asked)

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
        return self._with_tag(self.trace(asked, action), asked)

    def trace_and_tags(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_tags(self.trace(asked, action), list(tags_of(asked.inner("tags"))))

    def old_traces(self, asked: Asked, action: str) -> list[Ask]:
        """Traces by their ids, or whichever an experiment has."""
        if asked.texts("request_ids") and not any(one in asked for one in ("max_timestamp_millis", "max_traces")):
            return self.traces(asked, action)
        return self.experiment(asked, action)

    def new_trace(self, asked: Asked, action: str) -> list[Ask]:
        return self._with_new_tags(self.experiment(asked, action), asked.inner("tags"))

    def new_trace_3(self, asked: Asked, action: str) -> list[Ask]:
        info = field(asked.inner("trace"), "trace_info")
        experiment = self._names.find("experiment", _location(field(info, "trace_location") or {}))
        asks = self._with_new_tags([Ask(action, experiment)], field(info, "tags"))
        # A trace that is there already would be written over.
        return asks + self._known_traces([_text(info, "trace_id")], experiment)

    def new_spans(self, asked: Asked, action: str) -> list[Ask]:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        name = header(asked.scope, b"x-mlflow-experiment-id")
        if not name:
            raise Refused(400, "expected the header `x-mlflow-experiment-id`")
        # MLflow reads JSON too, in which one body could say something else.
        if header(asked.scope, b"content-type").partition(";")[0].strip() != "application/x-protobuf":
            raise Refused(400, "expected OTLP in protobuf: set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf")
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
        experiment = self._names.find("experiment", name)
        asks = [Ask(action, experiment), *self._known_traces(sorted(ids), experiment)]
        if run := header(asked.scope, b"x-mlflow-run-id"):
            asks.append(Ask("write", self._names.find("run", run)))
        return asks

    def _known_traces(self, ids: list[str], experiment: Thing) -> list[Ask]:
        asks = []
        for one in ids:
            try:
                trace = self._names.find("trace", one)
            except Refused as refused:
                if refused.status != 404:
                    raise
                continue
            # Spans may come before their trace, which then has nobody yet: it is whoever's that creates it.
            if trace.tags.get(self._own.owner_tag) or trace.top.id != experiment.id:
                asks.append(Ask("write", trace))
        return asks

    # ---- what is more than writing ----

    def _in_project(self, action: str, name: str, tags: dict[str, str]) -> Ask:
        return Ask(action, SERVER, project=self._own.project(name, tags).id)

    def _new_in_project(self, asked: Asked, action: str, governed: bool = False) -> list[Ask]:
        name, tags = asked.need("name"), tags_of(asked.inner("tags"))
        asks = [self._in_project(action, name, tags)]
        # Its project is asked about, and its owner is set: what else governs is more than to create.
        if governed or any(self._own.governs(key, self._own.stage_tag, *PLACES) for key in tags):
            asks.append(self._in_project("govern", name, tags))
        return asks

    def _with_new_tags(self, asks: list[Ask], tags: Any) -> list[Ask]:
        return self._with_tags(asks, [key for key in tags_of(tags) if not self._own.governs(key, self._own.owner_tag)])

    def _with_tag(self, asks: list[Ask], asked: Asked) -> list[Ask]:
        key = asked.need("key")
        if self._own.governs(key, self._own.project_tag) and (value := asked.text("value")):
            # Into another project, which has to want it.
            asks = [*asks, Ask("create", SERVER, project=value)]
        return self._with_tags(asks, [key])

    def _with_tags(self, asks: list[Ask], keys: list[str]) -> list[Ask]:
        if any(self._own.governs(key) for key in keys):
            return [*asks, Ask("govern", asks[0].thing)]
        return asks

    def _with_rename(self, asks: list[Ask], name: str) -> list[Ask]:
        thing = asks[0].thing
        if self._own.project_names is None:
            return asks
        into = [self._in_project("create", name, dict(thing.tags))] if name else []
        return [*asks, Ask("govern", thing), *into]


def _location(place: Any) -> str:
    if not isinstance(place, dict):
        raise Refused(400, "expected a trace location")
    return _text(field(place, "mlflow_experiment"), "experiment_id")


def _list(given: Any, name: str) -> list[Any]:
    if not isinstance(given or [], list):
        raise Refused(400, f"expected a list as `{name}`")
    return given or []


def _text(fields: Any, name: str) -> str:
    value = field(fields, name)
    if value is not None and not isinstance(value, str):
        raise Refused(400, f"expected a text as `{name}`")
    return value or ""


def _under(path: str, root: str) -> bool:
    return bool(root) and (path == root or path.startswith(root.rstrip("/") + "/")) and ".." not in path.split("/")
