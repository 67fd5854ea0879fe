"""MLflow's own UI in Chromium shows each person what the API tells them, and nothing else."""

from __future__ import annotations

import os
import re
import shutil

import pytest

PEOPLE = ("ada", "ben", "cleo")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def made(lab):
    """A run in each project, with a parameter and a registered model: by project, the run's id."""
    runs = {}
    for project, who in (("atlas", "ada"), ("harbor", "ben")):
        client = lab.become(who)
        experiment = client.create_experiment(f"{project}/pages")
        run = client.create_run(experiment, run_name=f"{project}-run").info.run_id
        client.log_param(run, "cohort", f"{project}-patients")
        client.log_metric(run, "auc", 0.75)
        client.create_registered_model(f"{project}.pages")
        runs[project] = run
    return runs


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM:
        pytest.skip("needs Chromium: apt package chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def shown(lab, browser, who, path, until):
    """The text of a page once it shows ``until``."""
    context = browser.new_context(extra_http_headers={"Authorization": f"Bearer {lab.issuer.token(who)}"})
    try:
        page = context.new_page()
        page.goto(f"{lab.address}/#{path}")
        page.wait_for_function("text => document.body.innerText.includes(text)", arg=until, timeout=60_000)
        return page.inner_text("body")
    finally:
        context.close()


@pytest.mark.parametrize("who", PEOPLE)
def test_lists_are_those_of_the_api(lab, browser, made, who):
    client = lab.become(who)
    for path, pattern, names in (
        ("/experiments", r"\b(?:atlas|harbor)/\w+", {one.name for one in client.search_experiments()}),
        ("/models", r"\b(?:atlas|harbor)\.\w+", {one.name for one in client.search_registered_models()}),
    ):
        # What this page shows last of what the person may see; then all the rest is there too.
        text = shown(lab, browser, who, path, sorted(names)[0])
        assert set(re.findall(pattern, text)) == names, path


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("project", ["atlas", "harbor"])
def test_a_runs_page_is_what_the_api_says_of_it(lab, browser, made, who, project):
    client = lab.become(who)
    run = made[project]
    experiments = {one.name: one.experiment_id for one in client.search_experiments()}
    if f"{project}/pages" not in experiments:
        text = shown(lab, browser, who, f"/experiments/1/runs/{run}", "may not see run")
        assert f"{project}-run" not in text and "patients" not in text
        return
    params = client.get_run(run).data.params
    path = f"/experiments/{experiments[f'{project}/pages']}/runs/{run}"
    text = shown(lab, browser, who, path, params["cohort"])
    assert f"{project}-run" in text and "0.75" in text
    masked = who == "ben" and project == "atlas"
    assert params["cohort"].startswith("masked.") is masked
    assert ("patients" in text) is not masked
