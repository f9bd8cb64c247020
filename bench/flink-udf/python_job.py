"""The same jobs as job.ts, with functions in Python: ADDRESS PORT JAR SQL... runs them in order and prints the last job's id."""
import sys

from pyflink.common import Configuration
from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.udf import udf

address, port, jar, *statements = sys.argv[1:]
options = Configuration()
for key, value in {
    'execution.target': 'remote',
    'rest.address': address,
    'rest.port': port,
    'pipeline.jars': jar,
    'python.executable': sys.executable,
    'python.client.executable': sys.executable,
    'python.execution-mode': 'process',
}.items():
    options.set_string(key, value)
environment = TableEnvironment.create(EnvironmentSettings.new_instance().with_configuration(options).in_streaming_mode().build())
environment.create_temporary_system_function(
    'numeric_call', udf(lambda n: None if n is None else n * 3 + 1, input_types=[DataTypes.INT()], result_type=DataTypes.INT())
)
for statement in statements:
    result = environment.execute_sql(statement)
print('JobID', result.get_job_client().get_job_id())
result.wait()
