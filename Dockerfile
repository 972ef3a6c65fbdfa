# Airflow's official image, for its start script and its user, and in an environment of its own exactly the packages of
# requirements-run.txt: the versions that were tested, each held to its hash. `make image-check` builds this environment
# without Docker, by the commands below, and tries all of the product in it.
#
# Name the base by its digest, so that it never changes unseen (docs/operators/deployment.md says how):
#   docker compose build --build-arg BASE=apache/airflow:3.3.2@sha256:…       or CIERRE_BASE_IMAGE in .env
ARG BASE=apache/airflow:3.3.2
FROM ${BASE}

WORKDIR /opt/airflow
COPY --chown=airflow:root requirements-run.txt ./
RUN python -m venv venv \
    && venv/bin/python -m pip install --no-cache-dir --no-deps --require-hashes --requirement requirements-run.txt
ENV PATH=/opt/airflow/venv/bin:$PATH

COPY --chown=airflow:root pyproject.toml setup.py README.md LICENSE ./
COPY --chown=airflow:root dags dags
COPY --chown=airflow:root include include
COPY --chown=airflow:root plugins plugins
COPY --chown=airflow:root sandbox sandbox

# In place: through its entry point Airflow finds the project's connection types, and beside plugins/ the code finds
# include/. Compiled, since the file system cannot be written to when it runs.
RUN venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && venv/bin/python -m compileall -q dags plugins sandbox \
    && mkdir -p sandbox-state logs
