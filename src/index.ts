/** The public API. */
export { isRivuletError, type RivuletError, type RivuletErrorJson, renderError } from './base/errors.ts'
export type { BadRecord, BadRecordsView } from './engine/bad-records.ts'
export { type DataType, DataTypes, type ValueOf } from './engine/data-types.ts'
export { defineJob, type JobContext, type JobDefinition } from './engine/define-job.ts'
export type { Finding, JobDescription } from './engine/doctor/index.ts'
export {
  StreamTableEnvironment,
  TableEnvironment,
  type TableEnvironmentOptions,
} from './engine/environment.ts'
export {
  AggregateFunction,
  type AggregateMethods,
  type UdafOptions,
  type UdafTypes,
  udaf,
} from './engine/functions/aggregate.ts'
export type { FunctionObject, Overload, UserDefinedFunction } from './engine/functions/declared.ts'
export type { FunctionContext } from './engine/functions/function-context.ts'
export {
  AsyncScalarFunction,
  asyncUdf,
  type OverloadedOptions,
  ScalarFunction,
  type UdfOptions,
  udf,
} from './engine/functions/scalar.ts'
export { TableFunction, type UdtfColumnsOptions, type UdtfOptions, udtf } from './engine/functions/table.ts'
export type { JobClient } from './engine/job-client.ts'
export type { TableResult } from './engine/result.ts'
export { Row } from './engine/row.ts'
export { EnvironmentSettings, StreamExecutionEnvironment, TimeCharacteristic } from './engine/settings.ts'
export { StatementSet } from './engine/statement-set.ts'
export type { ExecuteOptions, Table } from './engine/table.ts'
export { TableConfig } from './engine/table-config.ts'
export { Instant, LocalDate, LocalDateTime, LocalTime } from './engine/temporal.ts'
