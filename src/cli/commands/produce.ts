/** `rivulet produce`: a record per line of standard input or of a file. */
import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fail } from '../../base/errors.ts'
import { ANY_PARTITION, KafkaProducer } from '../../kafka/index.ts'
import type { Command } from '../command.ts'
import { clientOf, kafkaFlags, required } from './kafka-flags.ts'

export const produce: Command = {
  name: 'produce',
  usage: 'produce --topic NAME [--file FILE] [-b HOST:PORT]',
  summary: 'Write a record per line of standard input (or of a file) to a topic.',
  flags: {
    ...kafkaFlags,
    topic: { type: 'string', short: 't', value: 'NAME', help: 'Where the records go.' },
    file: { type: 'string', short: 'f', value: 'FILE', help: 'Read lines from a file instead of standard input.' },
    partition: { type: 'string', value: 'N', help: "Write to this partition (default: as Kafka's producer chooses)." },
    'key-separator': {
      type: 'string',
      value: 'TEXT',
      help: 'A line is KEY TEXT VALUE; without it records have no key.',
    },
  },
  async run(call) {
    const topic = required(call, 'topic', 'produce')
    const file = call.string('file')
    if (file !== undefined && !existsSync(file)) fail('CLI_NO_SUCH_FILE', { file })
    const partition = call.count('partition') ?? ANY_PARTITION
    const separator = call.string('key-separator')
    const client = clientOf(call, 'produce')
    const producer = new KafkaProducer(client)
    try {
      const writer = await producer.topic(topic)
      const lines = createInterface({ input: file === undefined ? process.stdin : createReadStream(file) })
      let count = 0
      for await (const line of lines) {
        if (call.io.signal.aborted) break
        const at = separator === undefined ? -1 : line.indexOf(separator)
        const key = at === -1 ? null : Buffer.from(line.slice(0, at))
        const value = Buffer.from(at === -1 ? line : line.slice(at + (separator as string).length))
        writer.append(partition, Date.now(), key, 0, key?.length ?? 0, value, 0, value.length)
        count++
        if (producer.full) await producer.writable()
      }
      await producer.flush()
      call.io.err(`${count} record${count === 1 ? '' : 's'} written to ${topic}`)
    } finally {
      producer.close()
      await client.close()
    }
    return 0
  },
}
