/**
 * The options of Flink 1.10 as today's.
 *
 * | 1.10                                                       | today                                   |
 * |------------------------------------------------------------|-----------------------------------------|
 * | connector.type, connector.version                          | connector (every version is universal)  |
 * | connector.topic                                            | topic                                   |
 * | connector.properties.K, connector.properties.N.key/.value  | properties.K                            |
 * | connector.startup-mode                                     | scan.startup.mode                       |
 * | connector.specific-offsets (one text, or .N.partition/…)   | scan.startup.specific-offsets           |
 * | connector.startup-timestamp-millis                         | scan.startup.timestamp-millis           |
 * | connector.sink-partitioner                                 | sink.partitioner                        |
 * | connector.bounded-mode (not in 1.10: there was no such)    | scan.bounded.mode                       |
 * | format.type                                                | format                                  |
 * | format.K                                                   | <format>.K                              |
 * | update-mode = append, format.derive-schema                 | – (there is nothing else)               |
 */
import { fail } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { OptionEntry } from '../../base/options.ts'

type Entries = Readonly<Record<string, OptionEntry>>

const RENAMED: Readonly<Record<string, string>> = {
  'connector.topic': 'topic',
  'connector.startup-mode': 'scan.startup.mode',
  'connector.specific-offsets': 'scan.startup.specific-offsets',
  'connector.startup-timestamp-millis': 'scan.startup.timestamp-millis',
  'connector.sink-partitioner': 'sink.partitioner',
  'connector.bounded-mode': 'scan.bounded.mode',
  'format.type': 'format',
}

/** Options that said what the table's columns say anyway. */
const WITHOUT_EFFECT = [
  'connector.type',
  'connector.version',
  'connector.property-version',
  'format.property-version',
  'format.derive-schema',
  'update-mode',
]

const KNOWN = [
  ...Object.keys(RENAMED),
  ...WITHOUT_EFFECT,
  'connector.properties.bootstrap.servers',
  'connector.properties.group.id',
  'format.fail-on-missing-field',
  'format.ignore-parse-errors',
]

export function translateLegacy(entries: Entries): Record<string, OptionEntry> {
  const result: Record<string, OptionEntry> = { connector: { value: 'kafka', span: entries['connector.type']?.span } }
  const indexed = new Map<string, Map<string, OptionEntry>>()
  const format = entries['format.type']?.value ?? 'json'
  for (const [key, entry] of Object.entries(entries)) {
    if (key === 'connector') continue
    checkValue(key, entry)
    const numbered = /^connector\.(properties|specific-offsets)\.(\d+)\.(\w+)$/.exec(key)
    if (numbered !== null) {
      const group = `${numbered[1]} ${numbered[2]}`
      const fields = indexed.get(group) ?? new Map<string, OptionEntry>()
      indexed.set(group, fields.set(numbered[3], entry))
    } else if (RENAMED[key] !== undefined) result[RENAMED[key]] = entry
    else if (key.startsWith('connector.properties.')) result[key.slice('connector.'.length)] = entry
    else if (WITHOUT_EFFECT.includes(key)) continue
    else if (key.startsWith('format.') && key !== 'format.schema' && key !== 'format.json-schema') {
      result[`${format}.${key.slice('format.'.length)}`] = entry
    } else unknown(key, entry)
  }
  addIndexed(indexed, result)
  return result
}

function checkValue(key: string, { value, span }: OptionEntry): void {
  if (key === 'update-mode' && value !== 'append') {
    fail(
      'CONNECTOR_LEGACY_OPTION',
      {
        key,
        problem: `the kafka connector writes appended rows only, not '${value}'`,
        hint: "Use 'update-mode' = 'append', or leave it out.",
      },
      { span },
    )
  }
  if (key === 'connector.sink-partitioner' && value === 'custom') {
    fail('CONNECTOR_NOT_YET', { feature: 'A partitioner class', hint: "Use 'fixed' or 'round-robin'." }, { span })
  }
}

function unknown(key: string, { span }: OptionEntry): never {
  const schema = key.startsWith('schema.') || key === 'format.schema' || key === 'format.json-schema'
  return fail(
    'CONNECTOR_LEGACY_OPTION',
    {
      key,
      problem: schema ? 'the schema is that of the CREATE TABLE statement' : 'it is not known to the kafka connector',
      hint: schema
        ? 'Remove the option.'
        : (didYouMean(key, KNOWN) ?? `Known options: ${KNOWN.join(', ')}, connector.properties.….`),
    },
    { span },
  )
}

/** `connector.properties.0.key` = 'group.id' with `connector.properties.0.value`, and offsets by partition. */
function addIndexed(
  indexed: ReadonlyMap<string, ReadonlyMap<string, OptionEntry>>,
  result: Record<string, OptionEntry>,
): void {
  const offsets: string[] = []
  for (const [group, fields] of indexed) {
    const [kind, index] = group.split(' ')
    const [first, second] = kind === 'properties' ? ['key', 'value'] : ['partition', 'offset']
    const left = fields.get(first)
    const right = fields.get(second)
    if (left === undefined || right === undefined) {
      const given = [...fields.values()][0]
      fail(
        'CONNECTOR_LEGACY_OPTION',
        {
          key: `connector.${kind}.${index}`,
          problem: `'${first}' and '${second}' belong together, '${left === undefined ? first : second}' is missing`,
        },
        { span: given.span },
      )
    }
    if (kind === 'properties') result[`properties.${left.value}`] = right
    else offsets.push(`partition:${left.value},offset:${right.value}`)
  }
  if (offsets.length > 0) result['scan.startup.specific-offsets'] = { value: offsets.join(';') }
}
