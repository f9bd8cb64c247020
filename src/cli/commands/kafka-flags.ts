/** Flags and helpers that the Kafka commands share. */

import { fail } from '../../base/errors.ts'
import { nodeHost } from '../../base/node-host.ts'
import { KafkaClient } from '../../kafka/index.ts'
import type { Call, Flag } from '../command.ts'

export const kafkaFlags: Readonly<Record<string, Flag>> = {
  'bootstrap-server': {
    type: 'string',
    short: 'b',
    value: 'HOST:PORT',
    default: '127.0.0.1:9092',
    help: 'Where Kafka (or `rivulet broker`) listens; several separated by commas.',
  },
  'kafka-servers': {
    type: 'string',
    value: 'HOST:PORT',
    help: 'The same as --bootstrap-server, under the name that job files use.',
  },
  property: {
    type: 'string',
    short: 'X',
    value: 'key=value',
    multiple: true,
    help: "A property of Kafka's clients, such as compression.type=zstd; may be repeated.",
  },
}

/** A client for the call's flags; the caller closes it. */
export function clientOf(call: Call, command: string, defaults: Readonly<Record<string, string>> = {}): KafkaClient {
  const properties: Record<string, string> = { ...defaults }
  for (const entry of call.strings('property')) {
    const at = entry.indexOf('=')
    if (at <= 0) fail('CLI_USAGE', { detail: `-X takes key=value, found '${entry}'.`, command })
    properties[entry.slice(0, at)] = entry.slice(at + 1)
  }
  properties['bootstrap.servers'] = (call.string('kafka-servers') ?? call.string('bootstrap-server')) as string
  return new KafkaClient(nodeHost, properties)
}

export function required(call: Call, flag: string, command: string): string {
  return call.string(flag) ?? fail('CLI_USAGE', { detail: `--${flag} is needed.`, command })
}
