"""No DAG: fails to import, and so shows in the UI, where a mapping file is wrong. Sound boxes go on meanwhile."""

from airflow.sdk import get_parsing_context

from mappings.check import check_all
from mappings.findings import MappingError
from mappings.loader import mappings_folder

# DAG: Airflow skips files that name neither "dag" nor "airflow"; and a task's own parse has nothing to check here.
if get_parsing_context().dag_id is None and (findings := check_all()):
    raise MappingError(mappings_folder(), findings)
