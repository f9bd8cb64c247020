/** `rivulet consume`: what Kafka's console consumer does. */
import type { Command } from '../command.ts'
import { readRecords } from '../read-records.ts'
import { clientOf, kafkaFlags, required } from './kafka-flags.ts'

export const consume: Command = {
  name: 'consume',
  usage: 'consume --topic NAME [--from-beginning] [--max-messages N] [-b HOST:PORT]',
  summary: 'Print the records of a topic as they come, until Ctrl-C.',
  flags: {
    ...kafkaFlags,
    topic: { type: 'string', short: 't', value: 'NAME', help: 'What to read.' },
    'from-beginning': { type: 'boolean', help: 'Begin with the first record that is there (default: with new ones).' },
    'max-messages': { type: 'string', value: 'N', help: 'Stop after so many records.' },
    'timeout-ms': { type: 'string', value: 'N', help: 'Stop when no record came for so long.' },
    partition: { type: 'string', value: 'N', help: 'Read this partition only.' },
    'print-offset': { type: 'boolean', help: 'Partition and offset in front of each record.' },
    'print-timestamp': { type: 'boolean', help: 'Timestamp in front of each record.' },
    'print-key': { type: 'boolean', help: 'Key in front of each record.' },
    isolation: {
      type: 'string',
      value: 'LEVEL',
      default: 'read_uncommitted',
      help: 'read_uncommitted or read_committed.',
    },
  },
  async run(call) {
    const topic = required(call, 'topic', 'consume')
    const limit = call.count('max-messages') ?? Number.POSITIVE_INFINITY
    const client = clientOf(call, 'consume', { 'isolation.level': call.string('isolation') as string })
    const text = (bytes: Uint8Array | null) => (bytes === null ? 'null' : Buffer.from(bytes).toString('utf8'))
    let count = 0
    try {
      const records = readRecords(client, topic, {
        from: call.boolean('from-beginning') ? 'earliest' : 'latest',
        partition: call.count('partition'),
        idleMs: call.count('timeout-ms'),
        signal: call.io.signal,
      })
      if (limit > 0) {
        for await (const record of records) {
          const parts: string[] = []
          if (call.boolean('print-timestamp')) parts.push(`CreateTime:${record.timestamp}`)
          if (call.boolean('print-offset')) parts.push(`Partition:${record.partition}`, `Offset:${record.offset}`)
          if (call.boolean('print-key')) parts.push(text(record.key))
          parts.push(text(record.value))
          call.io.out(parts.join('\t'))
          count++
          if (count >= limit) break
        }
      }
    } finally {
      await client.close()
    }
    call.io.err(`Processed a total of ${count} messages`)
    return 0
  },
}
