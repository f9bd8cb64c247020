/**
 * Law: the schemas of `src/kafka/protocol/messages` say for every version what Kafka's own message definitions say: the same
 * fields in the same order, with the same types, nullability, tags and, where a default reaches the wire, the same default.
 *
 * The definitions are read from Kafka's client jar (`scripts/kafka.ts install`, or RIVULET_KAFKA_LIBS).
 */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { installKafka } from '../../scripts/kafka-distribution.ts'
import { apis } from '../../src/kafka/protocol/index.ts'
import type { Field, Fields, FieldType } from '../../src/kafka/protocol/schema.ts'
import { jarEntries } from '../harness/jar.ts'

interface KafkaField {
  readonly name: string
  readonly type: string
  readonly versions: string
  readonly nullableVersions?: string
  readonly tag?: number
  readonly taggedVersions?: string
  readonly default?: string | number | boolean
  readonly fields?: readonly KafkaField[]
}

interface KafkaMessage {
  readonly apiKey: number
  readonly validVersions: string
  readonly flexibleVersions: string
  readonly fields: readonly KafkaField[]
  readonly commonStructs?: readonly KafkaField[]
}

/** One field of one version, in a form that both sides can be brought to. */
interface Line {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly tag: number | undefined
  readonly default: unknown
  readonly fields: readonly Line[] | undefined
}

function includes(range: string | undefined, version: number): boolean {
  if (range === undefined || range === 'none') return false
  const [, low, rest] = /^(\d+)(\+|-\d+)?$/.exec(range)!
  const high = rest === undefined ? Number(low) : rest === '+' ? Number.POSITIVE_INFINITY : Number(rest.slice(1))
  return version >= Number(low) && version <= high
}

const sorted = (lines: readonly Line[]) => {
  const plain = lines.filter(({ tag }) => tag === undefined)
  const tagged = lines.filter(({ tag }) => tag !== undefined)
  return [...plain, ...tagged.sort((left, right) => left.tag! - right.tag!)]
}

function kafkaLines(message: KafkaMessage, fields: readonly KafkaField[], version: number): Line[] {
  const lines = fields
    .filter(({ versions }) => includes(versions, version))
    .map((field): Line => {
      const element = field.type.replace('[]', '')
      const isStruct = /^[A-Z]/.test(element)
      const inner = field.fields ?? message.commonStructs?.find(({ name }) => name === element)?.fields
      const nullable = includes(field.nullableVersions, version)
      const tag = includes(field.taggedVersions, version) ? field.tag : undefined
      // Versions of one schema may not change the name of what they carry; Kafka's have done so once.
      const name = field.name.replace('V3AndBelow', '')
      return {
        name: name[0].toLowerCase() + name.slice(1),
        type: `${field.type.startsWith('[]') ? '[]' : ''}${isStruct ? 'struct' : element}`,
        nullable,
        tag,
        default: tag === undefined || isStruct ? undefined : normalDefault(field.default),
        fields: isStruct ? kafkaLines(message, inner ?? [], version) : undefined,
      }
    })
  return sorted(lines)
}

function normalDefault(value: unknown): unknown {
  if (value === undefined || value === null || value === 'null' || value === '' || value === 'false') return 0
  return Number(value)
}

function typeName(type: FieldType): string {
  switch (type.kind) {
    case 'scalar':
      return type.scalar
    case 'struct':
      return 'struct'
    case 'array':
      return `[]${typeName(type.of)}`
  }
}

function ourLines(fields: Fields, version: number): Line[] {
  const carried = ([, { options }]: [string, Field]) =>
    version >= (options.since ?? 0) && version <= (options.until ?? Number.POSITIVE_INFINITY)
  const lines = Object.entries(fields)
    .filter(carried)
    .map(([name, { type, options }]): Line => {
      const element = type.kind === 'array' ? type.of : type
      const isStruct = element.kind === 'struct'
      return {
        name,
        type: typeName(type),
        nullable: options.nullable !== undefined && version >= options.nullable,
        tag: options.tag,
        default: options.tag === undefined || isStruct ? undefined : normalDefault(options.default),
        fields: element.kind === 'struct' ? ourLines(element.fields, version) : undefined,
      }
    })
  return sorted(lines)
}

describe("the schemas are Kafka's", () => {
  let definitions: Map<string, string>

  before(async () => {
    const libs = await installKafka()
    const jar = readdirSync(libs).find((name) => /^kafka-clients-.*\.jar$/.test(name))!
    definitions = jarEntries(join(libs, jar), (name) => /^common\/message\/\w+(Request|Response)\.json$/.test(name))
    assert.ok(definitions.size > 100)
  })

  const definition = (name: string): KafkaMessage => {
    const text = definitions.get(`common/message/${name}.json`)
    assert.ok(text !== undefined, `no definition of ${name}`)
    return JSON.parse(text.replace(/^\s*\/\/.*$/gm, ''))
  }

  for (const api of apis) {
    test(`${api.name} v${api.minVersion} to v${api.maxVersion}`, () => {
      for (const direction of ['Request', 'Response'] as const) {
        const message = definition(`${api.name}${direction}`)
        assert.equal(message.apiKey, api.key)
        const ours = direction === 'Request' ? api.request : api.response
        for (let version = api.minVersion; version <= api.maxVersion; version++) {
          const what = `${api.name}${direction} v${version}`
          assert.ok(includes(message.validVersions, version), `${what} does not exist`)
          assert.equal(version >= api.flexibleFrom, includes(message.flexibleVersions, version), `${what} flexible`)
          assert.deepEqual(ourLines(ours, version), kafkaLines(message, message.fields, version), what)
        }
      }
    })
  }

  test('a wrong schema would be seen', () => {
    const message = definition('HeartbeatRequest')
    const heartbeat = apis.find(({ name }) => name === 'Heartbeat')!
    const { memberId: _, ...without } = heartbeat.request
    assert.notDeepEqual(ourLines(without, 3), kafkaLines(message, message.fields, 3))
  })
})
