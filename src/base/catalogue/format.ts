import { declare } from './contract.ts'

/** Where in a record something was wrong. */
export interface RecordPlace {
  /** Byte position within the record. */
  readonly at: number
  /** Path of the column: `address.city`; absent when the record itself is broken. */
  readonly column?: string
  /** The bytes around the position, made readable. */
  readonly around: string
}

const where = ({ at, column }: RecordPlace) =>
  column === undefined ? `at byte ${at}` : `in column '${column}' at byte ${at}`

/** Errors of the format part; codes start with `FORMAT_`. */
export const formatErrors = {
  FORMAT_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (format): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
  FORMAT_UNKNOWN: declare<{ identifier: string; hint?: string }>({
    domain: 'user',
    message: ({ identifier }) => `There is no format '${identifier}'.`,
    hint: ({ hint }) => hint,
    flink: 'Could not find any factory for identifier … that implements DeserializationFormatFactory in the classpath.',
  }),
  FORMAT_UNSUPPORTED_TYPE: declare<{ format: string; column: string; type: string; reason?: string }>({
    domain: 'user',
    message: ({ format, column, type, reason }) =>
      `The ${format} format cannot carry column '${column}' of type ${type}${reason === undefined ? '' : `: ${reason}`}.`,
    hint: () => 'Cast the column to a supported type, or choose another format.',
    flink: 'Unsupported type: …',
  }),
  FORMAT_OPTION_CONFLICT: declare<{ format: string; first: string; second: string; reason: string }>({
    domain: 'user',
    message: ({ format, first, second, reason }) =>
      `The options '${first}' and '${second}' of the ${format} format exclude each other: ${reason}.`,
    hint: ({ first, second }) => `Remove '${first}' or '${second}' from the WITH clause.`,
    flink: "… and … shouldn't both be true.",
  }),
  FORMAT_JSON_SYNTAX: declare<RecordPlace & { expected: string; found: string }>({
    domain: 'user',
    message: (p) =>
      `The record is not valid JSON ${where(p)}: expected ${p.expected}, found ${p.found}. Near: ${p.around}`,
    hint: () => "Fix the producer, or skip such records with 'json.ignore-parse-errors' = 'true'.",
    flink: "Failed to deserialize JSON '…'.",
  }),
  FORMAT_JSON_VALUE: declare<RecordPlace & { type: string; found: string }>({
    domain: 'user',
    message: (p) => `A JSON value does not fit its column ${where(p)}: ${p.found} is no ${p.type}. Near: ${p.around}`,
    hint: () =>
      "Declare the column with the type that the records have (STRING takes any value), or turn such values into NULL with 'json.ignore-parse-errors' = 'true'.",
    flink: 'Fail to deserialize at field: ….',
  }),
  FORMAT_JSON_MISSING_FIELD: declare<RecordPlace & { field: string }>({
    domain: 'user',
    message: (p) => `The JSON object that starts at byte ${p.at} has no field '${p.field}'. Near: ${p.around}`,
    hint: () => "Without 'json.fail-on-missing-field' = 'true' a missing field is read as NULL.",
    flink: 'Some field is missing in the JSON data.',
  }),
  FORMAT_JSON_NULL_KEY: declare<{ column: string }>({
    domain: 'user',
    message: ({ column }) => `The map in column '${column}' has a NULL key, which JSON cannot write.`,
    hint: () =>
      "Choose what happens: 'json.map-null-key.mode' = 'DROP', or 'LITERAL' with 'json.map-null-key.literal'.",
    flink: "JSON format doesn't support to serialize map data with null keys.",
  }),
  FORMAT_CSV_RECORD: declare<RecordPlace & { expected: string; found: string }>({
    domain: 'user',
    message: (p) =>
      `The record is not the CSV that was declared ${where(p)}: expected ${p.expected}, found ${p.found}. Near: ${p.around}`,
    hint: () =>
      "Fix the producer or the declared columns, or skip such records with 'csv.ignore-parse-errors' = 'true'.",
    flink: "Failed to deserialize CSV row '…'.",
  }),
  FORMAT_KEY_NULL: declare<{ column: string }>({
    domain: 'user',
    message: ({ column }) => `The field '${column}' has no value, and its column is NOT NULL.`,
    hint: () => 'Declare the column without NOT NULL where keys may be absent or incomplete.',
  }),
  FORMAT_RAW_VALUE: declare<{ column: string; expected: string; found: string }>({
    domain: 'user',
    message: ({ column, expected, found }) =>
      `The record of the raw format does not fit column '${column}': expected ${expected}, found ${found}.`,
    flink: 'Size of data received for deserializing … type is not ….',
  }),
}
