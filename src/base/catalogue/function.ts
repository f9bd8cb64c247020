import { declare } from './contract.ts'

/** Errors of the function part; codes start with `FUNCTION_`. */
export const functionErrors = {
  FUNCTION_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (function): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
  FUNCTION_FAILED: declare<{ name: string; args: string; reason: string }>({
    domain: 'user',
    message: ({ name, args, reason }) => `${name} failed for (${args}): ${reason}`,
    flink: 'UserDefinedFunction … threw an exception',
  }),
  FUNCTION_RETURNED_UNDEFINED: declare<{ name: string; args: string }>({
    domain: 'user',
    message: ({ name, args }) => `Function ${name} returned undefined for (${args}).`,
    hint: () =>
      'SQL NULL is `null` in TypeScript: return null where there is no value, and check that every path returns.',
  }),
  FUNCTION_RETURNED_NULL: declare<{ name: string; args: string }>({
    domain: 'user',
    message: ({ name, args }) => `Function ${name} returned null for (${args}), but its result type is NOT NULL.`,
    hint: () => 'Declare the result type without notNull(), or give a value for every row.',
  }),
  FUNCTION_RETURNED_PROMISE: declare<{ name: string; args: string }>({
    domain: 'user',
    message: ({ name, args }) => `Function ${name} returned a promise for (${args}).`,
    hint: () => 'Declare it with asyncUdf(…), or make it an async function.',
  }),
  FUNCTION_WITHOUT_TYPES: declare<{ name: string; missing: string }>({
    domain: 'user',
    message: ({ name, missing }) => `The function '${name}' does not say its ${missing}.`,
    hint: () =>
      'Give { inputTypes, resultType } to udf, udaf or udtf, or have fields of these names in the class. Parameters of variadic functions need a type too.',
    flink: 'Could not extract a valid type inference for function class …',
  }),
  FUNCTION_WITHOUT_METHOD: declare<{ name: string; method: string }>({
    domain: 'user',
    message: ({ name, method }) => `The function '${name}' has no method ${method}.`,
    flink: 'Function class … does not implement a method named …',
  }),
  FUNCTION_WRONG_RESULT: declare<{ name: string; args: string; problem: string }>({
    domain: 'user',
    message: ({ name, args, problem }) => `Function ${name} gave a wrong result for (${args}): ${problem}`,
    hint: () => 'The mapping of SQL types to TypeScript values is in the documentation of DataTypes.',
  }),
  FUNCTION_ASYNC_PLACE: declare<{ name: string }>({
    domain: 'user',
    message: ({ name }) => `The asynchronous function '${name}' cannot be called in this place.`,
    hint: () => 'Call it in SELECT or WHERE of a query, and use its column from there.',
    flink: 'AsyncScalarFunction … is not supported in …',
  }),
  FUNCTION_TIMED_OUT: declare<{ name: string; args: string; ms: number }>({
    domain: 'external',
    message: ({ name, args, ms }) => `Function ${name} had no result for (${args}) after ${ms} ms.`,
    hint: () => "Raise 'table.exec.async-scalar.timeout', or have the function give up earlier.",
    flink: 'Async function call has timed out.',
  }),
  FUNCTION_ACCUMULATOR: declare<{ name: string; found: string }>({
    domain: 'user',
    message: ({ name, found }) => `createAccumulator of '${name}' gave ${found}, which cannot be kept in state.`,
    hint: () =>
      'Make it of plain data (an object literal, array, Map, Set, number, string …), or declare accumulatorType.',
  }),
  FUNCTION_NOT_FOUND: declare<{ name: string }>({
    domain: 'user',
    message: ({ name }) => `The plan calls the function ${name}, which is not there.`,
    hint: () => 'Register it before the job starts; a plan names functions of the version that compiled it.',
    flink: 'No match found for function signature',
  }),
  FUNCTION_INVALID_ARGUMENT: declare<{ name: string; problem: string }>({
    domain: 'user',
    message: ({ name, problem }) => `${name}: ${problem}`,
  }),
  FUNCTION_UNKNOWN_TIME_ZONE: declare<{ id: string }>({
    domain: 'user',
    message: ({ id }) => `There is no time zone '${id}'.`,
    hint: () => "Use a region as in 'Asia/Shanghai' (capitals count) or an offset as in '+08:00' or 'UTC+8'.",
    flink: 'Unknown time-zone ID',
  }),
  FUNCTION_DIVISION_BY_ZERO: declare<Record<string, never>>({
    domain: 'user',
    message: () => 'Division by zero.',
    hint: () => 'Guard the divisor, for example with NULLIF(divisor, 0).',
    flink: 'ArithmeticException: / by zero',
  }),
  FUNCTION_DECIMAL_OVERFLOW: declare<{ type: string }>({
    domain: 'user',
    message: ({ type }) => `The result has more digits than ${type} holds.`,
    hint: () =>
      'Of nullable operands the result would be NULL; CAST the operands to a DECIMAL of fewer digits or to DOUBLE.',
    flink: 'null for a NOT NULL column',
  }),
  FUNCTION_FLOAT_CONSTANT: declare<{ value: string }>({
    domain: 'user',
    message: ({ value }) => `The constant is ${value}, which is no FLOAT that a plan can hold.`,
    hint: () => 'Compute it as DOUBLE.',
    flink: 'NumberFormatException: Infinite or NaN',
  }),
  FUNCTION_DATE_CONSTANT: declare<{ date: string }>({
    domain: 'user',
    message: ({ date }) => `The constant date ${date} is outside the years 1 to 9999.`,
    flink: 'Year out of range',
  }),
  FUNCTION_UNSUPPORTED_CAST: declare<{ from: string; to: string; instead?: string }>({
    domain: 'user',
    message: ({ from, to }) => `A value of type ${from} cannot be cast to ${to}.`,
    hint: ({ instead }) => instead,
    flink: 'Cast function cannot convert value of type … to type … / Unsupported cast from … to …',
  }),
  FUNCTION_CAST_FAILED: declare<{ value: string; to: string; reason: string }>({
    domain: 'user',
    message: ({ value, to, reason }) => `Cannot cast ${value} to ${to}: ${reason}.`,
    hint: () => 'TRY_CAST gives NULL instead of failing.',
  }),
}
