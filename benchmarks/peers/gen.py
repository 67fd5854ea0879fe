#!/usr/bin/env python3
"""Makes the workload on which engines are compared: a lab's users, resources, policies and requests, seeded.

    gen.py [--projects N] [--grants N] [--out DIR]

Three sizes of policy set over the same entities: S is 12 policies (ABAC and RBAC), M adds the first 1,000 grants (a team may
do one action in one project), L all grants. Every request comes with the decision at each size, worked out below in plain
Python, so that an engine's time counts only if its answers are these. Written to DIR, by default $PEERS_DATA or
~/.cache/peers-bench/data: requests.jsonl; entities.json, slices.jsonl, schema.cedarschema, policies_{S,M,L}.cedar; opa_*, inputs_*.jsonl.
"""
import argparse
import json
import os
import random

arguments = argparse.ArgumentParser(description="Makes the peers' workload.")
arguments.add_argument("--projects", type=int, default=200)
arguments.add_argument("--grants", type=int, default=10_000)
arguments.add_argument(
    "--out", default=os.environ.get("PEERS_DATA") or os.path.expanduser("~/.cache/peers-bench/data"))
options = arguments.parse_args()

R = random.Random(20261123)
TEAMS, USERS, REQUESTS = 50, 1_000, 10_000
PROJECTS = options.projects
RESOURCES = 50 * PROJECTS
T0 = 1_790_000_000
W0, W1 = T0 + 40_000, T0 + 140_000  # the auditors' window
ROLES, ROLE_WEIGHTS = ["viewer", "researcher", "mlengineer", "auditor", "dpo", "admin"], [30, 40, 20, 10, 5, 2]
DEPARTMENTS = ["bio", "vision", "nlp", "finance", "ops", "legal", "hw", "sec"]
REGIONS = ["eu", "us", "apac"]
TAGS = ["pii", "regulated", "public", "vision", "nlp", "finance"]
STAGES = ["dev", "staging", "prod"]
ACTIONS, ACTION_WEIGHTS = ["read", "readRaw", "write", "promote", "export", "delete"], [40, 15, 20, 8, 10, 7]
PURPOSES = ["training", "evaluation", "publication", "audit", "debug"]
SENSITIVE = ["readRaw", "write", "promote", "export", "delete"]


# ---- who and what there is ----

users = {}
for i in range(USERS):
    roles = set(R.choices(ROLES, ROLE_WEIGHTS, k=R.choice([1, 1, 2])))
    users[f"u{i}"] = dict(
        teams=sorted({f"t{R.randrange(TEAMS)}" for _ in range(R.choice([1, 2, 2, 3]))}),
        roles=sorted(roles),
        department=R.choice(DEPARTMENTS),
        clearance=R.randrange(5),
        mfa=R.random() < 0.7,
        stepUpAt=T0 + R.randrange(0, 200_000),
        region=R.choice(REGIONS))
team_members = {}
for u, user in users.items():
    for t in user["teams"]:
        team_members.setdefault(t, []).append(u)

projects = {f"p{k}": f"t{k % TEAMS}" for k in range(PROJECTS)}
resources, project_resources = {}, {}
for i in range(RESOURCES):
    p = f"p{R.randrange(PROJECTS)}"
    t = projects[p]
    resources[f"r{i}"] = dict(
        type=R.choices(["Dataset", "Artifact", "Run"], [4, 3, 3])[0],
        project=p,
        team=t,
        sensitivity=R.choices(range(5), [3, 3, 2, 1, 1])[0],
        stage=R.choices(STAGES, [5, 3, 2])[0],
        tags=sorted(R.sample(TAGS, R.randrange(0, 4))),
        owner=R.choice(team_members.get(t) or list(users)))
    project_resources.setdefault(p, []).append(f"r{i}")

combinations = [(t, a, p) for t in range(TEAMS) for a in ACTIONS for p in range(PROJECTS)]
grants = [
    (f"t{t}", a, f"p{p}", R.randrange(0, 4), R.choice(PURPOSES))
    for t, a, p in R.sample(combinations, options.grants)]
sized = {"S": [], "M": grants[:1_000], "L": grants}
index = {size: {(t, a, p): (c, x) for t, a, p, c, x in some} for size, some in sized.items()}


# ---- the decision, in plain Python ----

def decide(size, principal, action, resource, context):
    user, thing = users[principal], resources[resource]
    roles = user["roles"]
    cleared = user["clearance"] >= thing["sensitivity"]
    member = thing["team"] in user["teams"]
    fresh = 0 <= context["at"] - user["stepUpAt"] <= 900
    if action == "export" and "regulated" in thing["tags"] and "dpo" not in roles:
        return False
    if action in SENSITIVE and thing["stage"] == "prod" and not fresh:
        return False
    inside = context["managed"] and context["ip"].startswith("10.") and user["region"] != "apac"
    if thing["sensitivity"] >= 3 and not inside:
        return False
    if action == "read" and member and cleared:
        return True
    if action == "read" and "viewer" in roles and ("public" in thing["tags"] or thing["sensitivity"] == 0):
        return True
    if (action == "readRaw" and thing["type"] == "Dataset" and member and cleared
            and context["purpose"] in ("training", "evaluation") and user["mfa"]):
        return True
    if action == "write" and member and cleared and "researcher" in roles and thing["stage"] != "prod":
        return True
    if action in ("write", "promote") and member and "mlengineer" in roles and user["mfa"] and cleared and fresh:
        return True
    if action == "export" and thing["owner"] == principal and context["managed"] and context["purpose"] == "publication":
        return True
    if action == "delete" and thing["owner"] == principal and thing["stage"] == "dev":
        return True
    if "admin" in roles and context["managed"] and fresh:
        return True
    if action == "read" and "auditor" in roles and context["purpose"] == "audit" and W0 <= context["at"] < W1:
        return True
    for t in user["teams"]:
        grant = index[size].get((t, action, thing["project"]))
        if grant and user["clearance"] >= grant[0] and context["purpose"] != grant[1]:
            return True
    return False


# ---- requests: half of them allowed at M ----

wanted = REQUESTS // 2
by_decision = {True: [], False: []}
while min(len(found) for found in by_decision.values()) < wanted:
    z, action = R.random(), R.choices(ACTIONS, ACTION_WEIGHTS)[0]
    if z < 0.25:  # where a grant may decide
        t, action, p, _, _ = R.choice(sized["M"])
        u, r = R.choice(team_members.get(t) or list(users)), R.choice(project_resources[p])
    elif z < 0.65:  # in a project of one's own team
        u = R.choice(list(users))
        t = R.choice(users[u]["teams"])
        p = f"p{int(t[1:]) + TEAMS * R.randrange(PROJECTS // TEAMS)}"
        r = R.choice(project_resources[p])
    elif z < 0.8:  # on what one owns
        r = R.choice(list(resources))
        u = resources[r]["owner"]
    else:
        u, r = R.choice(list(users)), R.choice(list(resources))
    now = users[u]["stepUpAt"] + R.randrange(0, 1_200) if R.random() < 0.5 else T0 + R.randrange(200_000)
    context = dict(
        purpose=R.choice(PURPOSES),
        at=now,
        managed=R.random() < 0.75,
        ip=R.choice(["10.1.2.%d", "192.168.7.%d"] if R.random() < 0.5 else ["10.9.0.%d"]) % R.randrange(1, 255))
    decision = decide("M", u, action, r, context)
    if len(by_decision[decision]) < wanted:
        by_decision[decision].append((u, action, r, context))
requests = by_decision[True] + by_decision[False]
R.shuffle(requests)


def write(name, text):
    path = os.path.join(options.out, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def lines(objects):
    return "".join(json.dumps(each) + "\n" for each in objects)


write("requests.jsonl", lines(
    dict(principal=u, action=a, resource=r, rtype=resources[r]["type"], context=c,
         expect={size: decide(size, u, a, r, c) for size in sized})
    for u, a, r, c in requests))
for size, some in sized.items():
    print(f"{size}: {12 + len(some)} policies, {sum(decide(size, *each) for each in requests)} of {len(requests)} allowed")


# ---- Cedar ----

CEDAR = f'''@id("P01") permit(principal, action == Action::"read", resource) when {{ principal in resource.team && principal.clearance >= resource.sensitivity }};
@id("P02") permit(principal in Role::"viewer", action == Action::"read", resource) when {{ resource.tags.contains("public") || resource.sensitivity == 0 }};
@id("P03") permit(principal, action == Action::"readRaw", resource is Dataset) when {{ principal in resource.team && principal.clearance >= resource.sensitivity && ["training","evaluation"].contains(context.purpose) && principal.mfa }};
@id("P04") permit(principal in Role::"researcher", action == Action::"write", resource) when {{ principal in resource.team && principal.clearance >= resource.sensitivity && resource.stage != "prod" }};
@id("P05") permit(principal in Role::"mlengineer", action in [Action::"write", Action::"promote"], resource) when {{ principal in resource.team && principal.mfa && principal.clearance >= resource.sensitivity && context.at - principal.stepUpAt >= 0 && context.at - principal.stepUpAt <= 900 }};
@id("P06") permit(principal, action == Action::"export", resource) when {{ resource.owner == principal && context.managed && context.purpose == "publication" }};
@id("P07") permit(principal, action == Action::"delete", resource) when {{ resource.owner == principal && resource.stage == "dev" }};
@id("P08") permit(principal in Role::"admin", action, resource) when {{ context.managed && context.at - principal.stepUpAt >= 0 && context.at - principal.stepUpAt <= 900 }};
@id("P09") permit(principal in Role::"auditor", action == Action::"read", resource) when {{ context.purpose == "audit" && context.at >= {W0} && context.at < {W1} }};
@id("F10") forbid(principal, action == Action::"export", resource) when {{ resource.tags.contains("regulated") }} unless {{ principal in Role::"dpo" }};
@id("F11") forbid(principal, action in [Action::"readRaw", Action::"write", Action::"promote", Action::"export", Action::"delete"], resource) when {{ resource.stage == "prod" }} unless {{ context.at - principal.stepUpAt >= 0 && context.at - principal.stepUpAt <= 900 }};
@id("F12") forbid(principal, action, resource) when {{ resource.sensitivity >= 3 }} unless {{ context.managed && ip(context.ip).isInRange(ip("10.0.0.0/8")) && principal.region != "apac" }};
'''


def cedar_grant(i, t, a, p, c, x):
    return (f'@id("G{i:05d}") permit(principal in Team::"{t}", action == Action::"{a}", resource in Project::"{p}")'
            f' when {{ principal.clearance >= {c} && context.purpose != "{x}" }};\n')


for size, some in sized.items():
    write(f"policies_{size}.cedar", CEDAR + "".join(cedar_grant(i, *each) for i, each in enumerate(some)))


def uid(type_, id_):
    return {"type": type_, "id": id_}


entities = [dict(uid=uid("Team", f"t{i}"), attrs={}, parents=[]) for i in range(TEAMS)]
entities += [dict(uid=uid("Role", r), attrs={}, parents=[]) for r in ROLES]
entities += [dict(uid=uid("Project", p), attrs={}, parents=[]) for p in projects]
for u, user in users.items():
    attributes = {k: user[k] for k in ("department", "clearance", "mfa", "stepUpAt", "region")}
    parents = [uid("Team", t) for t in user["teams"]] + [uid("Role", r) for r in user["roles"]]
    entities.append(dict(uid=uid("User", u), attrs=attributes, parents=parents))
for r, thing in resources.items():
    attributes = dict(
        sensitivity=thing["sensitivity"], stage=thing["stage"], tags=thing["tags"],
        owner={"__entity": uid("User", thing["owner"])}, team={"__entity": uid("Team", thing["team"])})
    entities.append(dict(uid=uid(thing["type"], r), attrs=attributes, parents=[uid("Project", thing["project"])]))
write("entities.json", json.dumps(entities))
# What a request needs and no more, for engines that are given entities with each request.
known = {(each["uid"]["type"], each["uid"]["id"]): each for each in entities}


def slice_of(user, resource):
    thing = known[resources[resource]["type"], resource]
    parents = known["User", user]["parents"] + thing["parents"]
    return [known["User", user], thing] + [known[each["type"], each["id"]] for each in parents]


write("slices.jsonl", lines(slice_of(u, r) for u, a, r, c in requests))
write("schema.cedarschema", '''entity Team; entity Role; entity Project;
entity User in [Team, Role] = { department: String, clearance: Long, mfa: Bool, stepUpAt: Long, region: String };
entity Dataset, Artifact, Run in [Project] = { sensitivity: Long, stage: String, tags: Set<String>, owner: User, team: Team };
action read, readRaw, write, promote, export, delete appliesTo { principal: User, resource: [Dataset, Artifact, Run], context: { purpose: String, at: Long, managed: Bool, ip: String } };
''')


# ---- OPA: attributes in the input ("slice") or in its data ("store") ----

def rego(source, grants):
    if source == "slice":
        P, X, name = "input.principal", "input.resource", "input.principal.id"
    else:
        P, X, name = "data.users[input.principal]", "data.resources[input.resource]", "input.principal"
    step = f"input.context.at - {P}.stepUpAt"
    permits = [
        ['input.action == "read"', "member", "cleared"],
        ['input.action == "read"', f'"viewer" in {P}.roles', f'"public" in {X}.tags'],
        ['input.action == "read"', f'"viewer" in {P}.roles', f"{X}.sensitivity == 0"],
        ['input.action == "readRaw"', f'{X}.type == "Dataset"', "member", "cleared",
         'input.context.purpose in {"training","evaluation"}', f"{P}.mfa"],
        ['input.action == "write"', f'"researcher" in {P}.roles', "member", "cleared", f'{X}.stage != "prod"'],
        ['input.action in {"write","promote"}', f'"mlengineer" in {P}.roles', "member", f"{P}.mfa", "cleared", "fresh"],
        ['input.action == "export"', f"{X}.owner == {name}", "input.context.managed", 'input.context.purpose == "publication"'],
        ['input.action == "delete"', f"{X}.owner == {name}", f'{X}.stage == "dev"'],
        [f'"admin" in {P}.roles', "input.context.managed", "fresh"],
        ['input.action == "read"', f'"auditor" in {P}.roles', 'input.context.purpose == "audit"',
         f"input.context.at >= {W0}", f"input.context.at < {W1}"]]
    forbids = [
        ['input.action == "export"', f'"regulated" in {X}.tags', f'not "dpo" in {P}.roles'],
        ['input.action in {"readRaw","write","promote","export","delete"}', f'{X}.stage == "prod"', "not fresh"],
        [f"{X}.sensitivity >= 3", "not safe"]]

    def rule(head, body):
        return f"{head} if {{ " + "\n  ".join(body) + " }\n"

    return (
        "package lab\ndefault allow := false\n" + rule("allow", ["permit", "not forbid"])
        + rule("fresh", [f"{step} >= 0", f"{step} <= 900"])
        + rule("member", [f"{X}.team in {P}.teams"]) + rule("cleared", [f"{P}.clearance >= {X}.sensitivity"])
        + "".join(rule("permit", body) for body in permits) + "".join(rule("forbid", body) for body in forbids)
        + rule("safe", ["input.context.managed", 'net.cidr_contains("10.0.0.0/8", input.context.ip)', f'{P}.region != "apac"'])
        + "".join(rule("permit", body) for body in grant_rules(grants, P, X)))


def grant_rules(some, P, X):
    return [[f'input.action == "{a}"', f'{X}.project == "{p}"', f'"{t}" in {P}.teams', f"{P}.clearance >= {c}",
             f'input.context.purpose != "{x}"'] for t, a, p, c, x in some]


for size, some in sized.items():
    for source, data in (("slice", {}), ("store", dict(users=users, resources=resources))):
        write(f"opa_{size}_{source}/lab.rego", rego(source, some))
        write(f"opa_{size}_{source}/data.json", json.dumps(data))
write("inputs_slice.jsonl", lines(
    dict(principal=dict(id=u, **users[u]), action=a, resource=dict(id=r, **resources[r]), context=c) for u, a, r, c in requests))
write("inputs_store.jsonl", lines(dict(principal=u, action=a, resource=r, context=c) for u, a, r, c in requests))
