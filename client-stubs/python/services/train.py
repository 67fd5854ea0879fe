"""A training script as anybody writes one; of Ostiary it knows nothing. ``python train.py PROJECT``"""

from __future__ import annotations

import sys
from pathlib import Path

import mlflow


class Threshold(mlflow.pyfunc.PythonModel):
    """The smallest model there is."""

    def predict(self, context, model_input: list[float], params=None) -> list[bool]:
        return [value > 0.5 for value in model_input]


def train(project: str, notes: Path) -> str:
    """Trains in a project; the run's id."""
    mlflow.set_experiment(f"{project}/churn")
    with mlflow.start_run(run_name="first try") as run:
        mlflow.log_param("cohort", "patients-2024")
        mlflow.log_metric("auc", 0.91)
        notes.write_text("what was found\n")
        mlflow.log_artifact(str(notes))
        mlflow.pyfunc.log_model(name="model", python_model=Threshold(), registered_model_name=f"{project}.churn")
    return run.info.run_id


if __name__ == "__main__":
    print(train(sys.argv[1], Path("notes.txt")))
