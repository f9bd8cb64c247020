import { declare } from './contract.ts'

/** Errors of the plan part; codes start with `PLAN_`. */
export const planErrors = {
  PLAN_INTERNAL: declare<{ detail: string }>({
    domain: 'internal',
    message: ({ detail }) => `Internal error (plan): ${detail}`,
    hint: () => 'This is a bug in Rivulet: please report it with the statement and the plan.',
  }),
  PLAN_NOT_SUPPORTED: declare<{ feature: string; hint?: string }>({
    domain: 'user',
    message: ({ feature }) => `${feature} is not supported by the embedded engine yet.`,
    hint: ({ hint }) => hint ?? 'COMPAT.md lists what is supported.',
  }),
  PLAN_TOP_N: declare<{ problem: string; hint?: string }>({
    domain: 'user',
    message: ({ problem }) => `${problem}.`,
    hint: ({ hint }) => hint,
    flink: 'Rank end is not specified. Currently rank only support TopN, which means the rank end must be specified.',
  }),
  PLAN_TOO_DEEP: declare<Record<never, never>>({
    domain: 'user',
    message: () => 'The statement is nested too deeply to be planned.',
    hint: () => 'Write long chains of OR or = as IN (…), or split the expression over subqueries.',
  }),
  PLAN_SESSION_OPTION: declare<{ key: string; expected: string }>({
    domain: 'user',
    message: ({ key, expected }) => `The session option '${key}' must be ${expected}.`,
    hint: ({ key }) => `SET '${key}' = '…';`,
    flink: 'Key: … must be positive when table.exec.mini-batch.enabled is set to true',
  }),
  PLAN_HINT: declare<{ problem: string; hint?: string }>({
    domain: 'user',
    message: ({ problem }) => `${problem}.`,
    hint: ({ hint }) => hint,
    flink: 'The options of following hints cannot match the name of input tables or views: …',
  }),
  PLAN_FILE: declare<{ problem: string; hint?: string }>({
    domain: 'user',
    message: ({ problem }) => `The compiled plan cannot be read: ${problem}.`,
    hint: ({ hint }) => hint ?? 'Write it again with COMPILE PLAN.',
  }),
  PLAN_FILE_EXISTS: declare<{ path: string }>({
    domain: 'user',
    message: ({ path }) => `The plan file '${path}' is there already, and a job may depend on it.`,
    hint: () =>
      "COMPILE PLAN '…' IF NOT EXISTS leaves it as it is; SET 'table.plan.force-recompile' = 'true' overwrites it.",
    flink: "Cannot overwrite the plan file '…'.",
  }),
  PLAN_FILE_SECRET: declare<{ table: string; key: string }>({
    domain: 'user',
    message: ({ table, key }) => `The option '${key}' of ${table} is secret, so it is not in the plan file.`,
    hint: () => 'Run the CREATE TABLE of this table before EXECUTE PLAN: the option is taken from there.',
  }),

  // ---- Catalog -------------------------------------------------------------------------------------------------------
  PLAN_UNKNOWN_OBJECT: declare<{ what: string; name: string; hint?: string }>({
    domain: 'user',
    message: ({ what, name }) => `There is no ${what} '${name}'.`,
    hint: ({ hint }) => hint,
    flink: "Object '…' not found. / Table with identifier '…' does not exist.",
  }),
  PLAN_ALREADY_EXISTS: declare<{ what: string; name: string }>({
    domain: 'user',
    message: ({ what, name }) => `A ${what} '${name}' exists already.`,
    hint: ({ what }) => `Drop it first, choose another name, or write CREATE ${firstWord(what)} IF NOT EXISTS.`,
    flink: 'Could not execute CreateTable … already exists.',
  }),
  PLAN_IN_USE: declare<{ what: string; name: string }>({
    domain: 'user',
    message: ({ what, name }) => `The ${what} '${name}' is the current one and cannot be dropped.`,
    hint: ({ what }) => `Switch to another ${what} with USE first.`,
    flink: 'Cannot drop a catalog which is currently in use.',
  }),
  PLAN_DATABASE_NOT_EMPTY: declare<{ name: string; objects: readonly string[] }>({
    domain: 'user',
    message: ({ name, objects }) => `The database '${name}' is not empty: it holds ${list(objects)}.`,
    hint: () => 'DROP DATABASE … CASCADE drops these too.',
    flink: 'Database … is not empty.',
  }),
  PLAN_TEMPORARY_HIDES: declare<{ what: string; name: string }>({
    domain: 'user',
    message: ({ what, name }) => `A temporary ${what} '${name}' exists and hides the permanent one.`,
    hint: ({ what }) => `Drop it with DROP TEMPORARY ${what.toUpperCase()} first.`,
    flink: "Temporary table with identifier '…' exists. Drop it first before removing the permanent table.",
  }),

  // ---- Tables --------------------------------------------------------------------------------------------------------
  PLAN_ALTER: declare<{ what: string; problem: string; hint?: string }>({
    domain: 'user',
    message: ({ what, problem }) => `${what} cannot be altered: ${problem}.`,
    hint: ({ hint }) => hint,
    flink: 'Failed to execute ALTER TABLE statement.',
  }),
  PLAN_DUPLICATE_COLUMN: declare<{ column: string; where: string }>({
    domain: 'user',
    message: ({ column, where }) => `The column '${column}' stands twice in ${where}.`,
    hint: () => 'Rename or remove one of them.',
    flink: "A column named '…' already exists in the table.",
  }),
  PLAN_WATERMARK_COLUMN_UNKNOWN: declare<{ column: string; hint?: string }>({
    domain: 'user',
    message: ({ column }) => `WATERMARK FOR names the column '${column}', which the table does not have.`,
    hint: ({ hint }) => hint,
    flink: "The rowtime attribute field '…' is not defined in the table schema.",
  }),
  PLAN_WATERMARK_COLUMN_TYPE: declare<{ column: string; type: string }>({
    domain: 'user',
    message: ({ column, type }) =>
      `The event-time column '${column}' has the type ${type}; a watermark needs TIMESTAMP(p) or TIMESTAMP_LTZ(p) with p from 0 to 3.`,
    hint: ({ column, type }) =>
      type.startsWith('TIMESTAMP')
        ? `Declare '${column}' with precision 3, or add a computed column: rt AS CAST(${column} AS TIMESTAMP(3)).`
        : /INT/.test(type)
          ? `Add a computed column from epoch milliseconds and use it instead: rt AS TO_TIMESTAMP_LTZ(${column}, 3), WATERMARK FOR rt AS rt - INTERVAL '5' SECOND.`
          : `Add a computed column and use it instead: rt AS TO_TIMESTAMP(${column}), WATERMARK FOR rt AS rt - INTERVAL '5' SECOND.`,
    flink: 'Invalid data type of time field for watermark definition.',
  }),
  PLAN_WATERMARK_EXPRESSION_TYPE: declare<{ type: string }>({
    domain: 'user',
    message: ({ type }) =>
      `The watermark expression has the type ${type}; expected TIMESTAMP(p) or TIMESTAMP_LTZ(p) with p from 0 to 3.`,
    hint: () => "Write the time column minus a delay: ts - INTERVAL '5' SECOND.",
    flink: 'Invalid data type of expression for watermark definition.',
  }),
  PLAN_PRIMARY_KEY: declare<{ problem: string; hint: string }>({
    domain: 'user',
    message: ({ problem }) => `Invalid primary key: ${problem}.`,
    hint: ({ hint }) => hint,
    flink: 'Invalid primary key …',
  }),
  PLAN_UNKNOWN_METADATA: declare<{
    key: string
    table: string
    connector: string
    known: readonly string[]
    hint?: string
  }>({
    domain: 'user',
    message: ({ key, table, connector }) =>
      `The connector '${connector}' of table '${table}' has no metadata '${key}' to read.`,
    hint: ({ hint, known }) =>
      hint ?? (known.length === 0 ? 'It offers no metadata columns.' : `It offers ${list(known)}.`),
    flink: "Invalid metadata key '…' in column '…' of table '…'.",
  }),
  PLAN_METADATA_READ_ONLY: declare<{ column: string; key: string }>({
    domain: 'user',
    message: ({ column, key }) =>
      `The metadata '${key}' cannot be written, so the column '${column}' cannot be part of the sink.`,
    hint: ({ column }) => `Declare it as '${column} … METADATA VIRTUAL': it is read then, and left out of INSERT.`,
    flink: "Invalid metadata key '…' in column '…' of table …",
  }),
  PLAN_MISSING_CONNECTOR: declare<{ table: string }>({
    domain: 'user',
    message: ({ table }) =>
      `The table '${table}' has no option 'connector', so there is nothing to read from or write to.`,
    hint: () => "Add WITH ('connector' = 'kafka', …) to its CREATE TABLE.",
    flink: "Table options do not contain an option key 'connector' for discovering a connector.",
  }),
  PLAN_CONNECTOR_DIRECTION: declare<{ table: string; connector: string; direction: 'read' | 'written' }>({
    domain: 'user',
    message: ({ table, connector, direction }) =>
      `The table '${table}' cannot be ${direction}: its connector '${connector}' is no ${direction === 'read' ? 'source' : 'sink'}.`,
    hint: ({ direction }) =>
      direction === 'read'
        ? 'Use a connector that reads, such as kafka or datagen.'
        : 'Use a connector that writes, such as kafka or print.',
    flink: 'Connector … can only be used as a sink. It cannot be used as a source.',
  }),
  PLAN_MIXED_OPTIONS: declare<{ table: string; old: string; current: string }>({
    domain: 'user',
    message: ({ table, old, current }) =>
      `The table '${table}' mixes options of Flink 1.10 ('${old}') with today's ('${current}').`,
    hint: () => "Use either 'connector.type', 'connector.topic', 'format.type' … or 'connector', 'topic', 'format' …",
  }),
  PLAN_UNKNOWN_FORMAT: declare<{ identifier: string; option: string; hint?: string }>({
    domain: 'user',
    message: ({ identifier, option }) => `There is no format '${identifier}' (option '${option}').`,
    hint: ({ hint }) => hint,
    flink: 'Could not find any factory for identifier … that implements DeserializationFormatFactory in the classpath.',
  }),

  // ---- Names ---------------------------------------------------------------------------------------------------------
  PLAN_UNKNOWN_COLUMN: declare<{ column: string; known: readonly string[]; hint?: string }>({
    domain: 'user',
    message: ({ column }) => `There is no column '${column}' here.`,
    hint: ({ hint, known }) =>
      hint ??
      (known.length === 0 ? 'There is no FROM clause to take columns from.' : `Columns in reach: ${list(known)}.`),
    flink: "Column '…' not found in any table",
  }),
  PLAN_UNKNOWN_QUALIFIER: declare<{ qualifier: string; known: readonly string[]; hint?: string }>({
    domain: 'user',
    message: ({ qualifier }) => `There is no table or alias '${qualifier}' in the FROM clause.`,
    hint: ({ hint, known }) => hint ?? (known.length === 0 ? undefined : `In reach: ${list(known)}.`),
    flink: "Table '…' not found",
  }),
  PLAN_AMBIGUOUS_COLUMN: declare<{ column: string; tables: readonly string[] }>({
    domain: 'user',
    message: ({ column, tables }) =>
      tables.length === 1
        ? `The column '${column}' is ambiguous: ${tables[0] === 'the subquery' || tables[0] === 'SELECT' ? tables[0] : `'${tables[0]}'`} has several of that name.`
        : `The column '${column}' is ambiguous: ${list(tables)} have one of that name.`,
    hint: ({ column, tables }) =>
      tables.length === 1
        ? `Give each of them an alias of its own: SELECT x AS ${column}1, y AS ${column}2.`
        : `Write which one: ${tables.map((t) => `${t}.${column}`).join(' or ')}.`,
    flink: "Column '…' is ambiguous",
  }),
  PLAN_DISTINCT_TYPE: declare<{ name: string; type: string }>({
    domain: 'user',
    message: ({ name, type }) => `${name}(DISTINCT …) does not compare values of type ${type}.`,
    hint: ({ name, type }) =>
      type.startsWith('ROW')
        ? `Take its fields as one text, ${name}(DISTINCT CONCAT_WS('|', a, b)), or count rows of SELECT DISTINCT a, b.`
        : 'Cast to a type that can be compared, such as STRING.',
    flink: 'Distinct aggregate function does not support type: ….',
  }),
  PLAN_UNKNOWN_FIELD: declare<{ field: string; type: string; hint?: string }>({
    domain: 'user',
    message: ({ field, type }) => `There is no field '${field}' in ${type}.`,
    hint: ({ hint }) => hint,
    flink: "Column '…' not found in table '…'",
  }),
  PLAN_UNKNOWN_FUNCTION: declare<{ name: string; hint?: string }>({
    domain: 'user',
    message: ({ name }) => `There is no function '${name}'.`,
    hint: ({ hint }) => hint,
    flink: 'No match found for function signature …',
  }),
  PLAN_DUPLICATE_ALIAS: declare<{ alias: string }>({
    domain: 'user',
    message: ({ alias }) => `Two tables of the FROM clause are called '${alias}'.`,
    hint: () => 'Give one of them another alias.',
    flink: "Duplicate relation name '…' in FROM clause",
  }),
  PLAN_JOIN_CONDITION: declare<{ join: string; needed: boolean }>({
    domain: 'user',
    message: ({ join, needed }) => (needed ? `${join} needs a condition.` : `${join} takes no condition.`),
    hint: ({ needed }) =>
      needed
        ? 'Add ON a.k = b.k, or write CROSS JOIN for all pairs.'
        : 'Write JOIN … ON, or put the condition into WHERE.',
    flink:
      'Cannot specify condition (NATURAL keyword, or ON or USING clause) following CROSS JOIN / … join requires a condition',
  }),
  PLAN_TEMPORAL_JOIN: declare<{ problem: string; hint: string }>({
    domain: 'user',
    message: ({ problem }) => `FOR SYSTEM_TIME AS OF: ${problem}.`,
    hint: ({ hint }) => hint,
    flink:
      "Temporal Table Join requires primary key in versioned table … / Temporal table join currently only supports 'FOR SYSTEM_TIME AS OF' left table's time attribute field / Processing-time temporal join is not supported yet. / Temporal table join requires an equality condition on fields of table … / Unknown join type RIGHT",
  }),
  PLAN_TABLE_USE: declare<{ table: string; connector: string; use: 'stream' | 'lookup' }>({
    domain: 'user',
    message: ({ table, connector, use }) =>
      use === 'stream'
        ? `The table '${table}' (connector '${connector}') can only be asked for rows by key, not read as a stream.`
        : `The table '${table}' (connector '${connector}') cannot be asked for rows by key, as a processing-time join needs it.`,
    hint: ({ table, use }) =>
      use === 'stream'
        ? `Join it: … JOIN ${table} FOR SYSTEM_TIME AS OF a.proctime AS d ON a.k = d.k, with proctime AS PROCTIME() in the other table.`
        : `Join it by event time: a primary key and a watermark make '${table}' versioned, FOR SYSTEM_TIME AS OF a.rowtime reads its version of then.`,
    flink:
      'Cannot generate a valid execution plan for the given query … / Processing-time temporal join is not supported yet.',
  }),
  PLAN_COLUMN_COUNT: declare<{ what: string; expected: number; found: number }>({
    domain: 'user',
    message: ({ what, expected, found }) =>
      `${what}: ${expected} column${expected === 1 ? '' : 's'} expected, ${found} found.`,
    hint: () => 'Make the lists equally long.',
    flink: 'Column count mismatch / List of column aliases must have same degree as table',
  }),

  // ---- Types ---------------------------------------------------------------------------------------------------------
  PLAN_WRONG_ARGUMENTS: declare<{
    name: string
    types: readonly string[]
    signatures: readonly string[]
    hint?: string
  }>({
    domain: 'user',
    message: ({ name, types, signatures }) =>
      `'${name}' does not take (${types.join(', ')}). Expected: ${signatures.join(' or ')}.`,
    hint: ({ hint }) => hint,
    flink: "Cannot apply '…' to arguments of type '…'. Supported form(s): …",
  }),
  PLAN_FUNCTION_KIND: declare<{ name: string; kind: string; where: string; hint: string }>({
    domain: 'user',
    message: ({ name, kind, where }) =>
      `'${name}' is ${kind === 'aggregate' ? 'an' : 'a'} ${kind} function, which cannot stand in ${where}.`,
    hint: ({ hint }) => hint,
    flink: 'No match found for function signature',
  }),
  PLAN_ARGUMENT_COUNT: declare<{ name: string; found: number; expected: string; signatures: readonly string[] }>({
    domain: 'user',
    message: ({ name, found, expected, signatures }) =>
      `'${name}' takes ${expected}, but ${found} ${found === 1 ? 'was' : 'were'} given. Expected: ${signatures.join(' or ')}.`,
    flink: "Invalid number of arguments to function '…'. Was expecting … arguments",
  }),
  PLAN_TYPE_MISMATCH: declare<{ what: string; expected: string; found: string; hint?: string }>({
    domain: 'user',
    message: ({ what, expected, found }) => `${what} must be ${expected}, but is ${found}.`,
    hint: ({ hint }) => hint,
    flink: '… must be a condition / Cannot apply …',
  }),
  PLAN_NO_COMMON_TYPE: declare<{ what: string; types: readonly string[] }>({
    domain: 'user',
    message: ({ what, types }) => `${what} mixes types that have no common type: ${list(types)}.`,
    hint: () => 'Use CAST to bring them to one type.',
    flink: 'Illegal mixing of types in … / Parameters must be of the same type',
  }),
  PLAN_CAST: declare<{ from: string; to: string }>({
    domain: 'user',
    message: ({ from, to }) => `A value of type ${from} cannot be cast to ${to}.`,
    hint: ({ from, to }) => {
      const isNumber = (type: string) => /^(TINYINT|SMALLINT|INT|BIGINT|DECIMAL|FLOAT|DOUBLE)/.test(type)
      if (isNumber(from) && to.startsWith('TIMESTAMP')) return 'Write TO_TIMESTAMP_LTZ(milliseconds, 3).'
      if (from.startsWith('TIMESTAMP') && isNumber(to))
        return 'Write UNIX_TIMESTAMP(CAST(x AS STRING)), which is in seconds.'
      return undefined
    },
    flink: 'Cast function cannot convert value of type … to type …',
  }),
  PLAN_TYPE: declare<{ problem: string; hint?: string }>({
    domain: 'user',
    message: ({ problem }) => `Invalid type: ${problem}.`,
    hint: ({ hint }) => hint,
    flink: 'SQL validation failed / SQL parse failed',
  }),
  PLAN_LITERAL: declare<{ text: string; problem: string; hint?: string }>({
    domain: 'user',
    message: ({ text, problem }) => `The literal ${text} is wrong: ${problem}.`,
    hint: ({ hint }) => hint,
    flink: 'Illegal DATE literal … / Interval field value … exceeds precision',
  }),
  PLAN_NULL_TYPE: declare<{ where: string }>({
    domain: 'user',
    message: ({ where }) => `A bare NULL has no type ${where}.`,
    hint: () => 'Say which: CAST(NULL AS INT).',
    flink: "Illegal use of 'NULL'",
  }),

  // ---- Queries -------------------------------------------------------------------------------------------------------
  PLAN_NOT_GROUPED: declare<{ column: string; keys: readonly string[]; byPosition: boolean }>({
    domain: 'user',
    message: ({ column }) => `'${column}' is neither in GROUP BY nor inside an aggregate function.`,
    hint: ({ column, keys, byPosition }) =>
      byPosition
        ? `GROUP BY takes expressions, not positions: write GROUP BY ${column}.`
        : keys.length === 0
          ? `Add GROUP BY ${column}, or aggregate it: MAX(${column}).`
          : `Add it to GROUP BY (now: ${keys.join(', ')}), or aggregate it: MAX(${column}).`,
    flink: "Expression '…' is not being grouped",
  }),
  PLAN_AGGREGATE_PLACE: declare<{ what: string; where: string; hint?: string }>({
    domain: 'user',
    message: ({ what, where }) => `${what} cannot be used in ${where}.`,
    hint: ({ hint }) => hint,
    flink: 'Aggregate expression is illegal in WHERE clause / Aggregate expressions cannot be nested',
  }),
  PLAN_AGGREGATE_MERGE: declare<{ name: string; window: string; hint?: string }>({
    domain: 'user',
    message: ({ name, window }) =>
      `The aggregate function '${name}' cannot be used in ${window} windows: they are put together from parts, and its parts do not add up.`,
    hint: ({ hint }) => hint ?? 'Use TUMBLE windows, or MIN or MAX.',
    flink: "Could not find an implementation method 'merge' in class … for function …",
  }),
  PLAN_OVER: declare<{ problem: string; hint: string }>({
    domain: 'user',
    message: ({ problem }) => `OVER: ${problem}.`,
    hint: ({ hint }) => hint,
    flink:
      'OVER RANGE FOLLOWING windows are not supported yet. / The window can only be ordered in ASCENDING mode. / All aggregates must be computed on the same window. / The window can only be ordered by a single time column.',
  }),
  PLAN_MATCH: declare<{ problem: string; hint: string }>({
    domain: 'user',
    message: ({ problem }) => `MATCH_RECOGNIZE: ${problem}.`,
    hint: ({ hint }) => hint,
    flink:
      "Greedy quantifiers are not allowed as the last element of a Pattern yet. / Patterns that can produce empty matches are not supported. / Currently, CEP doesn't support branching patterns. / All rows per match mode is not supported yet. / You must specify either rowtime or proctime for order by.",
  }),
  PLAN_TIME_ATTRIBUTE: declare<{ what: string; column: string; type: string; hint: string }>({
    domain: 'user',
    message: ({ what, column, type }) =>
      `${what} needs a time attribute (event time or processing time), but ${column} is ${type}.`,
    hint: ({ hint }) => hint,
    flink:
      'Window aggregate can only be defined over a time attribute column, but … encountered. / The window function requires the timecol to be a time attribute type',
  }),
  PLAN_WINDOW_ARGUMENT: declare<{ name: string; problem: string; hint?: string }>({
    domain: 'user',
    message: ({ name, problem }) => `${name}: ${problem}.`,
    hint: ({ hint }) => hint,
    flink: 'HOP table function based aggregate requires size must be an integral multiple of slide …',
  }),
  PLAN_WINDOW_AUXILIARY: declare<{ name: string; hint: string }>({
    domain: 'user',
    message: ({ name }) => `'${name}' has no matching group window in GROUP BY.`,
    hint: ({ hint }) => hint,
    flink: "Call to auxiliary group function '…' must have matching call to group function '…' in GROUP BY clause",
  }),
  PLAN_WINDOW_PLACE: declare<{ name: string }>({
    domain: 'user',
    message: ({ name }) => `The group window '${name}' may only stand in GROUP BY.`,
    hint: ({ name }) =>
      `Write GROUP BY ${name}(…), and ${name}_START(…), ${name}_END(…) or ${name}_ROWTIME(…) in SELECT.`,
    flink: "Group function '…' can only appear in GROUP BY clause",
  }),
  PLAN_OFFSET_WITHOUT_LIMIT: declare<Record<never, never>>({
    domain: 'user',
    message: () => 'OFFSET on a stream needs a LIMIT: without one the result would never be complete.',
    hint: () => 'Add LIMIT n or FETCH FIRST n ROWS ONLY.',
    flink: 'FETCH is missed, which on streaming table is not supported currently.',
  }),
  PLAN_UNBOUNDED_SORT: declare<{ column: string }>({
    domain: 'user',
    message: ({ column }) =>
      `ORDER BY on a stream must begin with an ascending time attribute; '${column}' is not one, so the sort would never end.`,
    hint: () => 'Order by the rowtime column first, add LIMIT n (top-n), or sort inside windows.',
    flink: 'Sort on a non-time-attribute field is not supported.',
  }),
  PLAN_VALUES: declare<{ problem: string }>({
    domain: 'user',
    message: ({ problem }) => `VALUES: ${problem}.`,
    flink: 'Values passed to VALUES operator must have compatible types',
  }),
  PLAN_SET_OPERATION: declare<{ op: string; problem: string }>({
    domain: 'user',
    message: ({ op, problem }) => `${op}: ${problem}.`,
    flink: 'Column count mismatch in UNION / Type mismatch in column … of UNION',
  }),
  PLAN_SUBQUERY: declare<{ problem: string; hint?: string }>({
    domain: 'user',
    message: ({ problem }) => `Subquery: ${problem}.`,
    hint: ({ hint }) => hint,
    flink: 'Subquery returns more than one column / Cannot apply IN …',
  }),

  // ---- Streams and sinks ---------------------------------------------------------------------------------------------
  PLAN_SINK_SCHEMA: declare<{ table: string; problem: string; query: string; sink: string }>({
    domain: 'user',
    message: ({ table, problem, query, sink }) =>
      `The query does not fit the table '${table}': ${problem}. Query: [${query}]. Table: [${sink}].`,
    hint: () =>
      'Change the SELECT list or name the columns: INSERT INTO t (a, b) SELECT …. Use CAST where types differ.',
    flink: "Column types of query result and sink for '…' do not match.",
  }),
  PLAN_SINK_CHANGES: declare<{ table: string; connector: string; changes: string; cause: string; hint: string }>({
    domain: 'user',
    message: ({ table, connector, changes, cause }) =>
      `The table '${table}' (connector '${connector}') cannot take ${changes}, which come from ${cause}.`,
    hint: ({ hint }) => hint,
    flink: "Table sink '…' doesn't support consuming update changes which is produced by node …",
  }),
  PLAN_SINK_KEY: declare<{ table: string; key: string }>({
    domain: 'user',
    message: ({ table, key }) =>
      `Rows that are written to '${table}' are not identified by its primary key (${key}): several may have the same one.`,
    hint: () =>
      "Write ON CONFLICT DO DEDUPLICATE behind the query: the newest row of each key counts. Or group by the primary key. SET 'table.exec.sink.require-on-conflict' = 'false' takes the newest without asking.",
    flink: 'The query has an upsert key that differs from the primary key of the sink table …',
  }),
  PLAN_ON_CONFLICT: declare<{ table: string; problem: string; hint: string }>({
    domain: 'user',
    message: ({ table, problem }) => `ON CONFLICT does not fit the table '${table}': ${problem}.`,
    hint: ({ hint }) => hint,
    flink: 'ON CONFLICT clause is only allowed for upsert sinks. …',
  }),
  PLAN_INPUT_CHANGES: declare<{ what: string; changes: string; cause: string; hint?: string }>({
    domain: 'user',
    message: ({ what, changes, cause }) => `${what} cannot take ${changes}, which come from ${cause}.`,
    hint: ({ hint }) => hint,
    flink: '… does not support consuming update changes which is produced by node …',
  }),
  PLAN_SOURCE_KEY: declare<{ table: string; connector: string }>({
    domain: 'user',
    message: ({ table, connector }) =>
      `The table '${table}' (connector '${connector}') gives updates without their old rows, which needs a primary key.`,
    hint: () => 'Add PRIMARY KEY (…) NOT ENFORCED to its CREATE TABLE.',
    flink:
      "Table '…' produces a changelog stream contains UPDATE_AFTER but no UPDATE_BEFORE, this requires defining primary key on the table.",
  }),
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `'${name}'`)
  return names.length > 12 ? `${shown.join(', ')}, …` : shown.join(', ')
}

function firstWord(what: string): string {
  return (what.split(' ').at(-1) ?? what).toUpperCase()
}
