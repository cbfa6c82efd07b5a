"""The DAG file that Airflow parses: the DAG `parcours` of the project that PARCOURS_PROJECT names.

For several projects write a file like this one for each: `dag = make_parcours_dag("/projects/shop", dag_id="shop")`.
"""

from parcours.dags.factory import make_parcours_dag, project_folder

dag = make_parcours_dag(project_folder())
