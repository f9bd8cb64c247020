/**
 * Known differences to Flink 2.3, with their reasons.
 *
 * Law: an entry with an `expression` is checked: the generator evaluates it, and fails when the answer is Flink's after all.
 */
export interface Difference {
  readonly area:
    | 'Values and expressions'
    | 'JSON'
    | 'CSV and raw'
    | 'Kafka'
    | 'Time and windows'
    | 'Language'
    | 'Running'
  readonly what: string
  readonly reason: string
  /** An expression on which both differ, and what Flink gives. */
  readonly expression?: string
  readonly flink?: string
}

export const DIFFERENCES: readonly Difference[] = [
  {
    area: 'Values and expressions',
    what: "The session's time zone may be an abbreviation (`PST`) or an offset without `GMT` (`+05:30`).",
    reason: 'Both have one meaning; Flink refuses them.',
  },
  {
    area: 'Values and expressions',
    what: '`DECIMAL * INTERVAL` and `FLOOR(NULL TO DAY)` are accepted.',
    reason: 'The result is the obvious one; Flink refuses both.',
  },
  {
    area: 'Values and expressions',
    what: 'NULL elements of an array of decimals stay NULL in ARRAY_CONCAT, ARRAY_UNION and ARRAY_EXCEPT.',
    reason: 'Flink turns them into 0.00 where it widens the element type.',
  },
  {
    area: 'Values and expressions',
    what: 'FLOOR and CEIL of constants before the year 1582, and constant timestamps of negative years, follow the proleptic Gregorian calendar.',
    reason:
      "Flink's folding of constants uses a hybrid calendar for the first and fails for the second; its runtime does as we do.",
  },
  {
    area: 'JSON',
    what: '`JSON(…)` outside JSON_OBJECT and JSON_ARRAY gives its text.',
    reason: 'Flink refuses it there; the text is what it would insert.',
  },
  {
    area: 'Language',
    what: 'Regular expressions are those of Java, translated; `\\G`, `\\X` and `\\N` are refused and back references ignore `(?i)`.',
    reason: "JavaScript's engine has no counterpart.",
  },
  {
    area: 'Values and expressions',
    what: 'A number cast to a day-time interval counts milliseconds.',
    reason: 'Flink counts a constant in days and a column in milliseconds; one expression has one meaning here.',
    expression: 'CAST(5 AS INTERVAL DAY)',
    flink: '+5 00:00:00.000',
  },
  {
    area: 'Values and expressions',
    what: 'A text that is no truth value, compared with a BOOLEAN, is an error.',
    reason: 'The comparison casts the text; on columns Flink fails too, only its folding of constants says FALSE.',
    expression: "'x' > TRUE",
    flink: 'FALSE',
  },
  {
    area: 'Values and expressions',
    what: 'NaN in a list of constants is not found.',
    reason: 'The values of a list are compared like `=` compares them: NaN equals nothing.',
    expression: "CAST('NaN' AS DOUBLE) IN (CAST('NaN' AS DOUBLE), 1)",
    flink: 'TRUE',
  },
  {
    area: 'Values and expressions',
    what: 'Regular expressions: `\\G`, `\\X`, `\\N` and canonical equivalence count as wrong patterns; back references mind case.',
    reason: 'Java patterns are translated to those of JavaScript, which has nothing like these.',
  },
  {
    area: 'Values and expressions',
    what: 'TRUNCATE of a DECIMAL column that is NULL is NULL.',
    reason: 'Flink fails with a NullPointerException when it runs.',
  },
  {
    area: 'Values and expressions',
    what: 'A TIMESTAMP before 1970 is cut towards the past when it is cast to DATE or TIME.',
    reason: 'Flink cuts towards zero: the last second before 1970 becomes January 1.',
    expression: "CAST(TIMESTAMP '1969-12-31 23:59:59.999' AS DATE)",
    flink: '1970-01-01',
  },
  {
    area: 'JSON',
    what: 'Of two fields of one name the later one wins, always.',
    reason:
      'Flink’s reader stops once it has seen as many fields as the table has columns, so that its answer depends on their number.',
  },
  {
    area: 'JSON',
    what: 'An object or array in a BOOLEAN column is an error.',
    reason: 'Flink reads FALSE, which hides broken data.',
  },
  {
    area: 'JSON',
    what: "With 'json.ignore-parse-errors', an object or array in a scalar column and bad base 64 are NULL; broken JSON inside a nested value skips the record.",
    reason: 'Either the value or the record is lost, never half of it.',
  },
  {
    area: 'JSON',
    what: 'Columns that the query does not read are checked as JSON but not converted; fail-on-missing-field looks only at columns that are read.',
    reason: 'Only what is needed is decoded: that is where most of the time goes.',
  },
  {
    area: 'JSON',
    what: 'Input is UTF-8.',
    reason: 'Flink’s library also guesses UTF-16 and UTF-32, which RFC 8259 does not allow between systems.',
  },
  {
    area: 'JSON',
    what: 'The format of Flink 1.10 (`format.type`) reads with the coercions of today’s format.',
    reason: 'It writes times as 1.10 did; that its reader refused more helps nobody.',
  },
  {
    area: 'Time and windows',
    what: 'Aggregates over window functions (TUMBLE, HOP, CUMULATE, SESSION in FROM) take no rows that change.',
    reason: 'Not built yet. Group windows (TUMBLE in GROUP BY) take them.',
  },
  {
    area: 'Time and windows',
    what: 'A group window over MAX or MIN of a time attribute is refused, as a window function over it is.',
    reason:
      'Behind GROUP BY it is an ordinary column: an older value that comes back with a change is late, and Flink, which plans it, drops it from the window.',
  },
  {
    area: 'Time and windows',
    what: 'A DOUBLE sum in a window adds its rows in order of arrival.',
    reason: 'Flink adds partial sums, and where these are cut depends on timing; the last digits may differ.',
  },
  {
    area: 'Time and windows',
    what: 'Watermarks are part of a snapshot.',
    reason: 'A row that was late before a restart stays late. In Flink only window operators keep theirs.',
  },
  {
    area: 'Time and windows',
    what: 'Windows of one day over TIMESTAMP_LTZ in a zone east of UTC count every row that comes before the watermark passes the end of its window.',
    reason: 'Flink leaves some of these rows out.',
  },
  {
    area: 'Language',
    what: 'The first row per group of an append-only stream by ROW_NUMBER … = 1, ordered by anything but time, takes the row before back (-U) when a better one comes.',
    reason: 'Flink leaves the -U out, so that SUM and COUNT of such rows are too high.',
  },
  {
    area: 'Language',
    what: 'SUBSET in MATCH_RECOGNIZE is refused.',
    reason: 'Flink accepts it and reads NULL from every column of a subset.',
  },
  {
    area: 'Time and windows',
    what: 'The options scan.watermark.alignment.* are accepted and do nothing.',
    reason: 'Not built yet. Within one subtask partitions are read in turn.',
  },
  {
    area: 'Language',
    what: 'The name of the table as a qualifier in MEASURES and DEFINE is refused.',
    reason: 'Flink takes it for a variable without rows and reads NULL from each of its columns.',
  },
  {
    area: 'Language',
    what: 'An aggregate or an OVER in a computed column is refused where the table is created.',
    reason: 'Flink creates the table and fails in the first query that reads the column.',
  },
  {
    area: 'Kafka',
    what: 'With `kafka`, a NOT NULL column that is only in the key ends the job where the key has no value for it (FORMAT_KEY_NULL; `bad-records` passes over it).',
    reason: 'Flink reads NULL where the type says that there is none.',
  },
  {
    area: 'Kafka',
    what: 'With `kafka` and `key.json.ignore-parse-errors`, a record whose key is no JSON gives no row.',
    reason: 'Flink ends the job with a NullPointerException.',
  },
  {
    area: 'Kafka',
    what: 'Between a table of `upsert-kafka` and a join, or an expression that reads a NOT NULL column outside of the key, rows are normalised by key.',
    reason:
      'Flink leaves that out where the sink takes changes by key; rows that did not change are written again there. The table is the same.',
  },
  {
    area: 'Kafka',
    what: "A transaction of a complete checkpoint that cannot be committed any more ends the job, and is not restarted, unless 'sink.transactions.accept-loss' = 'true'.",
    reason:
      'Its rows are missing for readers of committed records: whether to go on without them is for a person to say.',
  },
  {
    area: 'Running',
    what: "A 'scan.bounded.mode' that changed since the savepoint holds for all partitions.",
    reason:
      'One stops a job and lets it finish with what is there. In Flink partitions that are in the state keep the end that they had: a job without end goes on without end.',
  },
  {
    area: 'Running',
    what: 'Everything streams: there is no batch mode.',
    reason: 'A bounded table ends its stream, and the changelog up to there is the answer.',
  },
]
