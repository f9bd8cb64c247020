/**
 * What other systems call the functions and types of Flink.
 *
 * Law: only hints stand here, for names that Flink does not have; they say the whole call, because arguments change places.
 */

const FUNCTIONS: Readonly<Record<string, string>> = {
  NVL: 'COALESCE(a, b)',
  ISNULL: 'x IS NULL, or COALESCE(a, b)',
  IFF: 'IF(condition, a, b)',
  LEN: 'CHAR_LENGTH(text)',
  LENGTH: 'CHAR_LENGTH(text)',
  SIZE: 'CARDINALITY(array)',
  ARRAY_LENGTH: 'CARDINALITY(array)',
  UCASE: 'UPPER(text)',
  LCASE: 'LOWER(text)',
  STRPOS: 'POSITION(part IN text)',
  CHARINDEX: 'POSITION(part IN text)',
  CONTAINS: 'POSITION(part IN text) > 0',
  SPLIT_PART: 'SPLIT_INDEX(text, separator, n), where n begins at 0',
  REGEXP_LIKE: 'REGEXP(text, pattern)',
  RLIKE: 'REGEXP(text, pattern)',
  DATEDIFF: 'TIMESTAMPDIFF(DAY, earlier, later)',
  DATE_DIFF: 'TIMESTAMPDIFF(DAY, earlier, later)',
  DATEADD: "TIMESTAMPADD(DAY, n, x), or x + INTERVAL '1' DAY",
  DATE_ADD: "TIMESTAMPADD(DAY, n, x), or x + INTERVAL '1' DAY",
  DATE_SUB: "TIMESTAMPADD(DAY, -n, x), or x - INTERVAL '1' DAY",
  ADD_MONTHS: 'TIMESTAMPADD(MONTH, n, x)',
  DATE_TRUNC: 'FLOOR(x TO DAY)',
  TO_CHAR: "DATE_FORMAT(x, 'yyyy-MM-dd'), or CAST(x AS STRING)",
  FORMAT_TIMESTAMP: "DATE_FORMAT(x, 'yyyy-MM-dd HH:mm:ss')",
  TIMESTAMPTOSTRING: "DATE_FORMAT(x, 'yyyy-MM-dd HH:mm:ss')",
  STR_TO_DATE: "TO_DATE(text, 'yyyy-MM-dd')",
  STR_TO_TIMESTAMP: "TO_TIMESTAMP(text, 'yyyy-MM-dd HH:mm:ss')",
  STRINGTOTIMESTAMP: "TO_TIMESTAMP(text, 'yyyy-MM-dd HH:mm:ss')",
  PARSE_TIMESTAMP: "TO_TIMESTAMP(text, 'yyyy-MM-dd HH:mm:ss')",
  TO_NUMBER: 'CAST(text AS DECIMAL(10, 2))',
  TRY_TO_NUMBER: 'TRY_CAST(text AS DECIMAL(10, 2))',
  SAFE_CAST: 'TRY_CAST(x AS type)',
  GETDATE: 'CURRENT_TIMESTAMP',
  SYSDATE: 'CURRENT_TIMESTAMP',
  GET_JSON_OBJECT: "JSON_VALUE(json, '$.path')",
  JSON_EXTRACT: "JSON_VALUE(json, '$.path'), or JSON_QUERY for objects and arrays",
  JSON_EXTRACT_SCALAR: "JSON_VALUE(json, '$.path')",
  EXTRACTJSONFIELD: "JSON_VALUE(json, '$.path')",
  FIRST: 'FIRST_VALUE(x)',
  EARLIEST: 'FIRST_VALUE(x)',
  EARLIEST_BY_OFFSET: 'FIRST_VALUE(x)',
  LAST: 'LAST_VALUE(x)',
  LATEST: 'LAST_VALUE(x)',
  LATEST_BY_OFFSET: 'LAST_VALUE(x)',
  ANY_VALUE: 'FIRST_VALUE(x)',
  GROUP_CONCAT: 'LISTAGG(x, separator)',
  STRING_AGG: 'LISTAGG(x, separator)',
  COLLECT_LIST: 'ARRAY_AGG(x)',
  COLLECT_SET: 'ARRAY_AGG(DISTINCT x)',
  COUNT_IF: 'COUNT(*) FILTER (WHERE condition)',
  COUNTIF: 'COUNT(*) FILTER (WHERE condition)',
  SUM_IF: 'SUM(x) FILTER (WHERE condition)',
  SUMIF: 'SUM(x) FILTER (WHERE condition)',
  APPROX_COUNT_DISTINCT: 'COUNT(DISTINCT x)',
  ROWNUM: 'ROW_NUMBER() OVER (ORDER BY …)',
  WINDOWSTART: 'window_start of a window function such as TUMBLE',
  RANDOM: 'RAND()',
  EXPLODE: 'CROSS JOIN UNNEST(array) AS t (element)',
  POSEXPLODE: 'CROSS JOIN UNNEST(array) WITH ORDINALITY AS t (element, position)',
}

/** The hint for a function that Flink calls otherwise. */
export function functionElsewhere(name: string): string | undefined {
  const upper = name.toUpperCase()
  return Object.hasOwn(FUNCTIONS, upper) ? `Write ${FUNCTIONS[upper]}.` : undefined
}

const TYPES: Readonly<Record<string, string>> = {
  TEXT: 'STRING',
  NVARCHAR: 'STRING',
  VARCHAR2: 'STRING',
  CLOB: 'STRING',
  JSON: 'STRING, or VARIANT',
  JSONB: 'STRING, or VARIANT',
  UUID: 'STRING',
  ENUM: 'STRING',
  NUMBER: 'DECIMAL(p, s)',
  MONEY: 'DECIMAL(p, s)',
  BIGDECIMAL: 'DECIMAL(p, s)',
  LONG: 'BIGINT',
  INT8: 'BIGINT',
  INT64: 'BIGINT',
  SERIAL: 'BIGINT',
  BIGSERIAL: 'BIGINT',
  INT4: 'INT',
  INT32: 'INT',
  MEDIUMINT: 'INT',
  INT2: 'SMALLINT',
  SHORT: 'SMALLINT',
  BYTE: 'TINYINT',
  BOOL: 'BOOLEAN',
  BIT: 'BOOLEAN',
  FLOAT4: 'FLOAT',
  FLOAT8: 'DOUBLE',
  FLOAT64: 'DOUBLE',
  BLOB: 'BYTES',
  BYTEA: 'BYTES',
  DATETIME: 'TIMESTAMP(3)',
  TIMESTAMPTZ: 'TIMESTAMP_LTZ(3)',
  STRUCT: 'ROW<name type, …>',
  RECORD: 'ROW<name type, …>',
  OBJECT: 'ROW<name type, …>',
}

const KNOWN =
  'BOOLEAN TINYINT SMALLINT INT INTEGER BIGINT FLOAT DOUBLE DECIMAL NUMERIC CHAR VARCHAR STRING BINARY VARBINARY BYTES DATE TIME TIMESTAMP TIMESTAMP_LTZ ARRAY MAP MULTISET ROW RAW VARIANT'.split(
    ' ',
  )

/** The hint for a type that Flink calls otherwise, or that is misspelt. */
export function typeElsewhere(name: string, nearest: (name: string, known: readonly string[]) => string | undefined) {
  const upper = name.toUpperCase()
  if (Object.hasOwn(TYPES, upper)) return `Write ${TYPES[upper]}.`
  return nearest(upper, KNOWN)
}
