/** What `rivulet` is in a bundle of functions: everything that declares them; of jobs only that they are there. */
export { type DataType, DataTypes, type ValueOf } from '../../engine/data-types.ts'
export { defineJob } from '../../engine/define-job.ts'
export { AggregateFunction, udaf } from '../../engine/functions/aggregate.ts'
export { AsyncScalarFunction, asyncUdf, ScalarFunction, udf } from '../../engine/functions/scalar.ts'
export { TableFunction, udtf } from '../../engine/functions/table.ts'
export { Row } from '../../engine/row.ts'
export { Instant, LocalDate, LocalDateTime, LocalTime } from '../../engine/temporal.ts'
