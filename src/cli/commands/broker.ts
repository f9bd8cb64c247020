/** `rivulet broker` */
import { fail } from '../../base/errors.ts'
import { startBroker } from '../../kafka/broker/index.ts'
import type { Command } from '../command.ts'

export const broker: Command = {
  name: 'broker',
  usage: 'broker [--port N] [--data DIR] [--brokers N] [--topic NAME:PARTITIONS]…',
  summary: 'Run a Kafka broker for development until Ctrl-C.',
  details:
    'For development and tests only. Records are in memory and gone when it stops, unless --data names a folder for them.',
  flags: {
    host: { type: 'string', value: 'ADDRESS', default: '127.0.0.1', help: 'Address to listen on.' },
    port: {
      type: 'string',
      short: 'p',
      value: 'N',
      default: '9092',
      help: 'Port of the first node; 0 for a free one.',
    },
    brokers: { type: 'string', value: 'N', default: '1', help: 'Nodes to present; they take the following ports.' },
    data: {
      type: 'string',
      value: 'DIR',
      help: 'Keep records, topics, offsets and transactions in this folder; they survive a stop and a kill.',
    },
    topic: {
      type: 'string',
      value: 'NAME:PARTITIONS',
      multiple: true,
      help: 'Create a topic, unless --data has it; may be repeated.',
    },
    partitions: { type: 'string', value: 'N', default: '1', help: 'Partitions of topics that are created by use.' },
  },
  async run(call) {
    const { io } = call
    const port = call.count('port') as number
    let running: Awaited<ReturnType<typeof startBroker>>
    try {
      running = await startBroker({
        host: call.string('host'),
        port,
        brokers: call.count('brokers'),
        defaultPartitions: call.count('partitions'),
        data: call.string('data'),
        log: io.err,
      })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      const detail = `Port ${(error as { port?: number }).port ?? port} is taken. Choose another one with --port, or 0 for a free one.`
      return fail('CLI_USAGE', { detail, command: 'broker' }, { cause: error })
    }
    try {
      for (const entry of call.strings('topic')) {
        const [name, partitions = '1'] = entry.split(':')
        if (name === '' || !/^[1-9]\d*$/.test(partitions)) {
          fail('CLI_USAGE', { detail: `--topic takes NAME:PARTITIONS, found '${entry}'.`, command: 'broker' })
        }
        if (!running.hasTopic(name)) running.createTopic(name, { partitions: Number(partitions) })
      }
      io.out(`broker ready: ${running.bootstrap}`)
      if (!io.signal.aborted) {
        await new Promise<void>((resolve) => io.signal.addEventListener('abort', () => resolve(), { once: true }))
      }
    } finally {
      await running.close()
    }
    return 0
  },
}
