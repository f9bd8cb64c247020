import { cliErrors } from './cli.ts'
import { connectorErrors } from './connector.ts'
import { engineErrors } from './engine.ts'
import { flinkErrors } from './flink.ts'
import { formatErrors } from './format.ts'
import { functionErrors } from './function.ts'
import { kafkaErrors } from './kafka.ts'
import { planErrors } from './plan.ts'
import { runtimeErrors } from './runtime.ts'
import { serverErrors } from './server.ts'
import { sqlErrors } from './sql.ts'
import { stateErrors } from './state.ts'

/** Every error that Rivulet raises, by code. One file per part of the project; a code is used by one cause only. */
export const catalogue = {
  ...sqlErrors,
  ...planErrors,
  ...functionErrors,
  ...formatErrors,
  ...connectorErrors,
  ...kafkaErrors,
  ...runtimeErrors,
  ...stateErrors,
  ...engineErrors,
  ...flinkErrors,
  ...cliErrors,
  ...serverErrors,
}
