"""Puts Ostiary in front of every door of an MLflow server: ``mlflow server --app-name ostiary``.

``app`` is the entry point, ``guard`` the middleware around everything, ``routes.map`` which action on what a request asks,
``targets`` what it is about, ``things`` how MLflow's objects become entities, ``search`` full pages of what may be seen, ``masks``
what obligations hide, ``headers`` the client's token.
"""
