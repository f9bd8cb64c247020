/** The public API. */
export { isRivuletError, type RivuletError, type RivuletErrorJson, renderError } from './base/errors.ts'
export { type DataType, DataTypes, type ValueOf } from './engine/data-types.ts'
export { defineJob, type JobContext, type JobDefinition } from './engine/define-job.ts'
export {
  StatementSet,
  StreamTableEnvironment,
  TableConfig,
  TableEnvironment,
  type TableEnvironmentOptions,
} from './engine/environment.ts'
export type { JobClient } from './engine/job-client.ts'
export type { TableResult } from './engine/result.ts'
export { Row } from './engine/row.ts'
export { EnvironmentSettings, StreamExecutionEnvironment, TimeCharacteristic } from './engine/settings.ts'
export type { ExecuteOptions, Table } from './engine/table.ts'
export { Instant, LocalDate, LocalDateTime, LocalTime } from './engine/temporal.ts'
export { type UdfOptions, type UserDefinedFunction, udf } from './engine/udf.ts'
