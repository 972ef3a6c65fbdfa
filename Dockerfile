# The official image with this project in it, installed in place: through its entry point Airflow finds the project's
# connection types, and beside plugins/ the code finds include/.
FROM apache/airflow:3.3.2

WORKDIR /opt/airflow
COPY --chown=airflow:root pyproject.toml setup.py README.md LICENSE ./
COPY --chown=airflow:root dags dags
COPY --chown=airflow:root include include
COPY --chown=airflow:root plugins plugins
COPY --chown=airflow:root sandbox sandbox

# Naming Airflow keeps pip from exchanging it for another version.
RUN pip install --no-cache-dir "apache-airflow==${AIRFLOW_VERSION}" --editable ".[fab]" \
    && mkdir sandbox-state
