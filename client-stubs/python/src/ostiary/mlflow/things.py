"""MLflow's objects as entities that go with a question.

They are given with each request, not put as facts: so they are never behind MLflow, no second writer has to follow it, and the
log's entry has exactly what was decided on.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ostiary.values import EncodedEntities, Entity, Uid, Value


@dataclass(frozen=True)
class Thing:
    """One object: its entity type, its id, what MLflow says of it, and what it is within."""

    type: str
    id: str
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    within: Thing | None = None
    #: A registered version's stage in MLflow's own sense.
    stage: str = ""
    #: How it goes over the wire, once it has.
    encoded: list[EncodedEntities] = field(default_factory=list, compare=False, repr=False)

    @property
    def uid(self) -> Uid:
        """Its name in questions."""
        return Uid(self.type, self.id)

    @property
    def top(self) -> Thing:
        """The experiment or registered model that it belongs to."""
        return self if self.within is None else self.within.top

    def chain(self) -> tuple[Thing, ...]:
        """Itself and all that it is within."""
        return (self,) if self.within is None else (self, *self.within.chain())

    def file(self, path: str) -> Thing:
        """A file of it."""
        return Thing("Artifact", f"{self.id}/{path}", path, {}, self)


#: Tags by which MLflow finds the files of a trace.
PLACES = ("mlflow.artifactLocation", "mlflow.trace.archiveLocation", "mlflow.trace.spansLocation")

#: What the server as a whole is called, for what is about nothing smaller.
SERVER = Thing("Server", "mlflow")


@dataclass(frozen=True)
class Ownership:
    """Whose a thing is, in which project and stage, by the bundle's table ``mlflow``.

    A project is a tag of the experiment or registered model, else what ``project_names`` finds in its name, else
    ``project_default``. An owner and a stage are tags of the thing or of what it is within.
    """

    project_tag: str = "project"
    project_names: re.Pattern[str] | None = None
    project_default: str = "unassigned"
    owner_tag: str = "owner"
    stage_tag: str = "stage"
    person: str = "User"

    @classmethod
    def of(cls, settings: Mapping[str, str], person: str) -> Ownership:
        """Reads it; raises ``ValueError`` for what is no such map."""
        known = ("project.tag", "project.names", "project.default", "owner.tag", "stage.tag")
        if not set(settings) <= set(known):
            raise ValueError(f"expected {', '.join(known)} in the table `mlflow`, got {', '.join(sorted(settings))}")
        names = settings.get("project.names")
        pattern = None if names is None else re.compile(names)
        if pattern is not None and pattern.groups != 1:
            raise ValueError(f"expected one group in project.names, got `{names}`")
        return cls(
            settings.get("project.tag", "project"),
            pattern,
            settings.get("project.default", "unassigned"),
            settings.get("owner.tag", "owner"),
            settings.get("stage.tag", "stage"),
            person,
        )

    @functools.cached_property
    def governing_tags(self) -> frozenset[str]:
        """Tags that decide who may do what, and where files are: to change one is more than to write."""
        return frozenset({self.project_tag, self.owner_tag, self.stage_tag, *PLACES})

    def governs(self, key: str, *tags: str) -> bool:
        """Whether a database may take this key for one of these tags, by default for one that governs."""
        return _as_a_database(key) in map(_as_a_database, tags or self.governing_tags)

    def project(self, name: str, tags: Mapping[str, str]) -> Uid:
        """The project of an experiment or registered model of that name with these tags."""
        found = tags.get(self.project_tag)
        if not found and self.project_names is not None and (match := self.project_names.fullmatch(name)):
            found = match.group(1)
        return Uid("Project", found or self.project_default)

    def encoded(self, thing: Thing) -> EncodedEntities:
        """The same as they go over the wire, made once for each thing."""
        if not thing.encoded:
            thing.encoded.append(EncodedEntities.of(self.entities(thing)))
        return thing.encoded[0]

    def entities(self, thing: Thing) -> tuple[Entity, ...]:
        """The thing and all that it is within, as a question carries them; none for the server."""
        if thing.top == SERVER:
            return ()
        top = thing.top
        project = self.project(top.name, top.tags)
        return tuple(self._entity(one, project) for one in thing.chain())

    def _entity(self, thing: Thing, project: Uid) -> Entity:
        attributes: dict[str, Value] = {"project": project}
        if thing.name:
            attributes["name"] = thing.name
        if owner := self._tag(thing, self.owner_tag):
            attributes["owner"] = Uid(self.person, owner)
        if stage := thing.stage or self._tag(thing, self.stage_tag):
            attributes["stage"] = stage
        return Entity(thing.uid, attributes, (project if thing.within is None else thing.within.uid,))

    def _tag(self, thing: Thing, key: str) -> str:
        return next((one.tags[key] for one in thing.chain() if one.tags.get(key)), "")


@functools.lru_cache(maxsize=4096)
def _as_a_database(key: str) -> str:
    """A key without what some collations look over: case, accents, widths, what has no width, blanks at the ends."""
    plain = unicodedata.normalize("NFKD", key)
    return "".join(c for c in plain if unicodedata.category(c)[0] not in "MC").casefold().strip()


def tags_of(given: Any) -> dict[str, str]:
    """Tags as MLflow's answers have them: a list of ``key`` and ``value``, or a mapping."""
    if isinstance(given, Mapping):
        return {str(key): str(value) for key, value in given.items()}
    return {str(tag.get("key", "")): str(tag.get("value", "")) for tag in given or () if isinstance(tag, Mapping)}
