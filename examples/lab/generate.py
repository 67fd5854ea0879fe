#!/usr/bin/env python3
"""Writes entities/*.json: a cast that the table of decisions names, and a crowd around it.

Every run writes the same bytes, on any Python 3: choices are hashes of a seed and of what is chosen, so that adding to
one part of the lab leaves the others as they were.
"""

import hashlib
import json
from pathlib import Path

SEED = "lab-1"
USERS = 400
OUT = Path(__file__).resolve().parent / "entities"

TEAMS = """ranking health vision language speech search ads fraud pricing supply maps robotics climate genomics
materials security platform quality finance support""".split()

PROJECTS = """amber basalt cedar cobalt coral delta dune ember fjord flint garnet geyser glacier grove heron indigo iris
jade juniper kelp lagoon larch lotus lumen maple marble meadow mesa mica mistral moss nectar nimbus nova oak onyx opal
orchid osprey pebble pine plume prairie quartz reef ridge river saffron sage sierra slate spruce tundra umber valley
willow yarrow zephyr""".split()

FIRST = """aisha alan alba amir anya arif aron bela bo carla cem chidi dara devi dina elif emil esra farid finn gael
gita hana hiro ida igor inga ivan jana jonas kai kira lars leila luca maja malik mina nadia nils noor olga omar petra
priya rafa rosa samir sana sven tara timo uma vera viktor wei yara yusuf zoe""".split()

LAST = """abe adler bauer bello berg blanco brandt castro cho costa cruz dahl diaz dubois eriksen faber ferrari fischer
fuchs garcia gupta haas hansen holm ito jensen kato keller khan kim kovac kumar lang larsen lee lopez marino mbeki meyer
mori nagy novak nowak okoye olsen park patel popov reyes rossi saito santos sato silva singh smit suzuki tanaka vogel
wang weber yilmaz zhang""".split()

SUBJECTS = """clicks sessions orders returns reviews prices stock routes sensors images scans notes transcripts queries
payments claims visits weather labels ratings""".split()

MODELS = "ranker forecaster classifier detector embedder scorer".split()
PURPOSES = ["quality", "research", "safety", "support", "training"]
TIERS = ["public", "internal", "confidential", "restricted"]


# ---- choices ----


def number(below, *what):
    """A number in [0, below) that depends only on the seed and on what it is for."""
    digest = hashlib.sha256("\0".join([SEED, *map(str, what)]).encode()).digest()
    return int.from_bytes(digest[:8], "big") % below


def pick(options, *what):
    return options[number(len(options), *what)]


def weighted(weights, *what):
    """An index into weights, as likely as its weight."""
    at = number(sum(weights), *what)
    for index, weight in enumerate(weights):
        if at < weight:
            return index
        at -= weight
    raise AssertionError("weights do not add up")


def some(options, count, *what):
    """Up to count different options, in their order."""
    chosen = {number(len(options), *what, i) for i in range(count)}
    return [option for i, option in enumerate(options) if i in chosen]


# ---- Cedar's JSON ----


def uid(kind, id):
    return {"type": kind, "id": id}


def ref(kind, id):
    return {"__entity": uid(kind, id)}


def extension(fn, arg):
    return {"__extn": {"fn": fn, "arg": arg}}


def datetime(text):
    return extension("datetime", text)


class Lab:
    """All entities, by the file that they go to."""

    def __init__(self):
        self.files = {name: {} for name in ["people", "projects", "data", "runs", "artifacts", "models"]}

    def add(self, file, kind, id, attrs=None, parents=()):
        entities = self.files[file]
        if (kind, id) in entities:
            raise ValueError(f"{kind}::{id} is there already")
        entities[kind, id] = {"uid": uid(kind, id), "attrs": attrs or {}, "parents": [uid(*p) for p in parents]}

    def join(self, file, kind, id, *parents):
        entity = self.files[file][kind, id]
        entity["parents"] += [uid(*p) for p in parents if uid(*p) not in entity["parents"]]

    def write(self):
        OUT.mkdir(exist_ok=True)
        for name, entities in self.files.items():
            lines = ",\n".join(json.dumps(e, separators=(",", ":"), ensure_ascii=True) for e in entities.values())
            (OUT / f"{name}.json").write_bytes(f"[\n{lines}\n]\n".encode())

    # ---- people ----

    def team(self, id, *parents):
        self.add("people", "Team", id, parents=[("Team", p) for p in parents])

    def user(self, id, clearance, *parents, contract=None):
        attrs = {"clearance": clearance}
        if contract:
            attrs["contract"] = {"from": datetime(contract[0]), "until": datetime(contract[1])}
        self.add("people", "User", id, attrs, parents)

    def service_account(self, id, project, duty, clearance, bound_to=()):
        attrs = {"project": ref("Project", project), "duty": duty, "clearance": clearance}
        if bound_to:
            attrs["boundTo"] = [ref("Ostiary::Caller", caller) for caller in bound_to]
        self.add("people", "ServiceAccount", id, attrs)

    def members(self, role, *users):
        for user in users:
            self.join("people", "User", user, ("Role", role))

    # ---- projects and what is in them ----

    def project(self, id):
        names = ["viewers", "contributors", "maintainers", "owners"]
        for i, name in enumerate(names):
            self.add("projects", "Role", f"{id}/{name}", parents=[("Role", f"{id}/{names[i - 1]}")] if i else [])
        self.add("projects", "Project", id, {name: ref("Role", f"{id}/{name}") for name in names})

    def data(self, kind, id, project, parents, personal=False, purposes=(), embargo=None, readers=()):
        self.add("projects", "Role", f"{id}/readers")
        attrs = {
            "project": ref("Project", project),
            "readers": ref("Role", f"{id}/readers"),
            "personal": personal,
            "purposes": list(purposes),
        }
        if embargo:
            attrs["embargoUntil"] = datetime(embargo)
        self.add("data", kind, id, attrs, parents)
        self.members(f"{id}/readers", *readers)

    def dataset(self, id, project, tier, **more):
        self.data("Dataset", id, project, [("Tier", tier)], **more)

    def feature_view(self, id, project, datasets, **more):
        self.data("FeatureView", id, project, [("Dataset", d) for d in datasets], **more)

    def run(self, id, project, owner, made_from, files=("model.onnx",)):
        self.add("runs", "Run", id, {"project": ref("Project", project), "owner": ref("User", owner)}, made_from)
        for file in files:
            self.add("artifacts", "Artifact", f"{id}/{file}", {"project": ref("Project", project)}, [("Run", id)])

    def model(self, id, project, bar):
        self.add("models", "Model", id, {"project": ref("Project", project), "bar": extension("decimal", bar)})

    def version(self, id, project, author, stage, score, run):
        model = id.rsplit("/", 1)[0]
        attrs = {
            "project": ref("Project", project),
            "model": ref("Model", model),
            "author": ref("User", author),
            "stage": ref("Stage", stage),
            "score": extension("decimal", score),
        }
        self.add("models", "ModelVersion", id, attrs, [("Model", model), ("Run", run)])


# ---- the cast: whom and what tests/decisions.jsonl names ----


def cast(lab):
    lab.user("ada", 3, ("Team", "ranking"))
    lab.user("ben", 2, ("Team", "ranking"))
    lab.user("chloe", 2, ("Team", "ranking"))
    lab.user("dan", 1, ("Team", "ads"))
    lab.user("eve", 2, ("Team", "ranking"), ("Team", "suspended"))
    lab.user("femi", 2, ("Team", "pricing"))
    lab.user("greta", 1, ("Team", "contractors"), contract=("2020-01-01", "2099-12-31"))
    lab.user("hugo", 1, ("Team", "contractors"), contract=("2020-01-01", "2024-06-30T18:00:00Z"))
    lab.user("ines", 1, ("Team", "contractors"), contract=("2099-01-01", "2099-12-31"))
    lab.user("jun", 3, ("Team", "health"))
    lab.user("kofi", 1, ("Team", "health"))
    lab.user("lena", 3, ("Team", "ranking"))
    lab.user("nell", 0, ("Team", "ads"))

    # Atlas ranks what a shop shows.
    lab.project("atlas")
    lab.members("atlas/owners", "ada")
    lab.members("atlas/maintainers", "ben", "lena")
    lab.members("atlas/contributors", "chloe", "eve", "greta", "hugo", "ines", "kofi")
    lab.members("atlas/viewers", "dan")
    lab.dataset("atlas/clickstream", "atlas", "internal", readers=["eve", "femi", "hugo", "nell"])
    lab.dataset("atlas/purchases", "atlas", "confidential", readers=["dan", "femi"])
    lab.dataset("atlas/survey", "atlas", "internal", personal=True, purposes=["quality", "training"], readers=["femi"])
    lab.dataset("atlas/benchmark-2023", "atlas", "public", embargo="2024-01-01", readers=["dan"])
    lab.dataset("atlas/benchmark-next", "atlas", "public", embargo="2099-01-01", readers=["dan"])
    lab.feature_view("atlas/session-features", "atlas", ["atlas/clickstream"], readers=["chloe"])
    lab.feature_view("atlas/spend-features", "atlas", ["atlas/clickstream", "atlas/purchases"], readers=["dan", "femi"])
    lab.run("atlas/run-0001", "atlas", "chloe", [("Dataset", "atlas/clickstream")], ["model.onnx", "metrics.parquet"])
    lab.run("atlas/run-0002", "atlas", "ben", [("FeatureView", "atlas/session-features")])
    lab.run("atlas/run-0003", "atlas", "chloe", [("FeatureView", "atlas/spend-features")])
    # A run that started from a model which had seen restricted data.
    lab.run("atlas/run-0004", "atlas", "chloe", [("Dataset", "atlas/clickstream"), ("ModelVersion", "harbor/triage/1")])
    lab.model("atlas/ranker", "atlas", "0.8")
    lab.version("atlas/ranker/1", "atlas", "chloe", "archived", "0.8012", "atlas/run-0001")
    lab.version("atlas/ranker/2", "atlas", "chloe", "production", "0.83", "atlas/run-0001")
    lab.version("atlas/ranker/3", "atlas", "chloe", "staging", "0.86", "atlas/run-0001")
    lab.version("atlas/ranker/4", "atlas", "ben", "staging", "0.88", "atlas/run-0002")
    lab.version("atlas/ranker/5", "atlas", "chloe", "staging", "0.7999", "atlas/run-0001")
    lab.version("atlas/ranker/6", "atlas", "chloe", "development", "0.9", "atlas/run-0001")
    lab.version("atlas/ranker/7", "atlas", "chloe", "development", "0.91", "atlas/run-0004")
    lab.model("atlas/spender", "atlas", "0.7")
    lab.version("atlas/spender/1", "atlas", "chloe", "production", "0.75", "atlas/run-0003")
    # Its model was deleted and it was not: whoever reads the bar of its model finds none.
    lab.version("atlas/orphan/1", "atlas", "chloe", "staging", "0.95", "atlas/run-0001")
    lab.service_account("atlas-trainer", "atlas", "training", 2)
    lab.service_account("atlas-nightly", "atlas", "training", 2, bound_to=["spiffe://lab.example/atlas/nightly"])
    lab.service_account("atlas-serving", "atlas", "serving", 2)
    lab.service_account("atlas-edge", "atlas", "serving", 1)

    # Harbor works with hospital records.
    lab.project("harbor")
    lab.members("harbor/owners", "jun")
    lab.members("harbor/contributors", "kofi")
    lab.dataset("harbor/wards", "harbor", "restricted", readers=["jun"])
    lab.dataset("harbor/admissions", "harbor", "restricted", personal=True, purposes=["research"], readers=["jun", "kofi"])
    lab.dataset("harbor/imaging", "harbor", "confidential", personal=True, purposes=["research"], readers=["jun"])
    lab.feature_view("harbor/risk-features", "harbor", ["harbor/wards", "harbor/imaging"], readers=["jun"])
    lab.run("harbor/run-0001", "harbor", "jun", [("FeatureView", "harbor/risk-features")])
    lab.model("harbor/triage", "harbor", "0.9")
    lab.version("harbor/triage/1", "harbor", "jun", "production", "0.93", "harbor/run-0001")
    lab.service_account("harbor-serving", "harbor", "serving", 3)


# ---- the crowd: what makes the lab as large as a real one ----


def crowd(lab):
    people = []
    for i in range(USERS):
        id = pick(FIRST, "first", i) + "." + pick(LAST, "last", i)
        if id in people:
            id += str(i)
        people.append(id)
        team = pick(TEAMS, "team", id)
        parents = [("Team", team)]
        contract = None
        if number(12, "contractor", id) == 0:
            parents = [("Team", "contractors")]
            contract = ("2023-%02d-01" % (1 + number(12, "from", id)), "%d-07-01" % (2024 + number(9, "until", id)))
        if number(80, "suspended", id) == 0:
            parents.append(("Team", "suspended"))
        lab.user(id, weighted([5, 50, 35, 10], "clearance", id), *parents, contract=contract)
    for project in PROJECTS:
        crowd_project(lab, project, people)


def crowd_project(lab, project, people):
    lab.project(project)
    # A whole team sees the project; people are named for more than that.
    lab.join("people", "Team", pick(TEAMS, "home", project), ("Role", f"{project}/viewers"))
    everyone = some(people, 14, "members", project)
    contributors = everyone[4:]
    lab.members(f"{project}/owners", everyone[0])
    lab.members(f"{project}/maintainers", *everyone[1:4])
    lab.members(f"{project}/contributors", *contributors)

    datasets = {}
    for subject in some(SUBJECTS, 7, "datasets", project):
        id = f"{project}/{subject}"
        tier = TIERS[weighted([15, 45, 28, 12], "tier", id)]
        personal = tier != "public" and number(4, "personal", id) == 0
        datasets[id] = (personal, some(PURPOSES, 3, "purposes", id) if personal else [])
        embargo = f"{2024 + number(8, 'embargo-year', id)}-03-01" if number(15, "embargo", id) == 0 else None
        readers = some(people, 5, "readers", id)
        lab.dataset(
            id, project, tier, personal=personal, purposes=datasets[id][1], embargo=embargo, readers=readers
        )

    views = []
    for i in range(2 + number(4, "views", project)):
        id = f"{project}/features-{i + 1}"
        sources = some(list(datasets), 2, "sources", id)
        about_people = [datasets[s][1] for s in sources if datasets[s][0]]
        # What was collected for different purposes may be used together only for those that they share.
        purposes = [p for p in PURPOSES if all(p in allowed for allowed in about_people)] if about_people else []
        views.append(id)
        lab.feature_view(
            id, project, sources, personal=bool(about_people), purposes=purposes, readers=some(people, 4, "readers", id)
        )

    runs, versions = [], []
    for i in range(16 + number(20, "runs", project)):
        id = f"{project}/run-{i + 1:04}"
        made_from = [("FeatureView", pick(views, "view", id))]
        if number(3, "raw", id) == 0:
            made_from = [("Dataset", d) for d in some(list(datasets), 2, "read", id)]
        files = some(["model.onnx", "metrics.parquet", "predictions.parquet"], 3, "files", id)
        lab.run(id, project, pick(contributors, "owner", id), made_from, files)
        runs.append(id)
    for name in some(MODELS, 3, "models", project):
        model = f"{project}/{name}"
        lab.model(model, project, "0.%02d" % (60 + number(35, "bar", model)))
        count = 1 + number(5, "versions", model)
        for i in range(count):
            id = f"{model}/{i + 1}"
            stage = ["archived", "production", "staging", "development"][max(0, min(3, i - count + 4))]
            score = "0.%04d" % (6000 + number(3900, "score", id))
            lab.version(id, project, pick(contributors, "author", id), stage, score, pick(runs, "run", id))
            versions.append(id)
    # Some work starts from another version of the same project.
    for i in range(number(4, "fine-tuned", project)):
        id = f"{project}/run-ft-{i + 1:02}"
        base = pick(versions, "base", id)
        owner = pick(contributors, "owner", id)
        lab.run(id, project, owner, [("FeatureView", pick(views, "view", id)), ("ModelVersion", base)])
    lab.service_account(f"{project}-trainer", project, "training", 1 + number(3, "clearance", project, "trainer"))
    lab.service_account(f"{project}-serving", project, "serving", 1 + number(3, "clearance", project, "serving"))


def main():
    lab = Lab()
    for team in ["staff", "contractors", "suspended"]:
        lab.team(team)
    for team in TEAMS:
        lab.team(team, "staff")
    cast(lab)
    crowd(lab)
    lab.write()
    for name, entities in lab.files.items():
        print(f"entities/{name}.json: {len(entities)} entities")


if __name__ == "__main__":
    main()
