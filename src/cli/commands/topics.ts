/** `rivulet topics create|list|describe|delete` */
import { fail } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import { createTopics, deleteTopics, type KafkaClient, listOffsets } from '../../kafka/index.ts'
import type { Call, Command } from '../command.ts'
import { clientOf, kafkaFlags } from './kafka-flags.ts'

const actions: Readonly<Record<string, (client: KafkaClient, names: readonly string[], call: Call) => Promise<void>>> =
  {
    create,
    list,
    describe,
    delete: remove,
  }

export const topics: Command = {
  name: 'topics',
  usage: 'topics create|list|describe|delete [NAME…] [-b HOST:PORT]',
  summary: 'Create, list, describe and delete topics.',
  flags: {
    ...kafkaFlags,
    partitions: { type: 'string', value: 'N', default: '1', help: 'Of topics to create.' },
    'replication-factor': { type: 'string', value: 'N', default: '1', help: 'Of topics to create.' },
    'if-not-exists': { type: 'boolean', help: 'Leave topics alone that exist already.' },
    config: { type: 'string', value: 'key=value', multiple: true, help: 'Of topics to create; may be repeated.' },
  },
  async run(call) {
    const [name, ...names] = call.positionals
    const action = name === undefined ? undefined : actions[name]
    if (action === undefined) {
      const near = name === undefined ? '' : (didYouMean(name, Object.keys(actions)) ?? '')
      const detail = `What is to be done: create, list, describe or delete? ${near}`.trim()
      return fail('CLI_USAGE', { detail, command: 'topics' })
    }
    if (name !== 'list' && name !== 'describe' && names.length === 0) {
      fail('CLI_USAGE', { detail: `Which topic is to be ${name}d?`, command: 'topics' })
    }
    const client = clientOf(call, 'topics')
    try {
      await action(client, names, call)
    } finally {
      await client.close()
    }
    return 0
  },
}

async function create(client: KafkaClient, names: readonly string[], call: Call): Promise<void> {
  const configs = Object.fromEntries(
    call.strings('config').map((entry) => [entry.split('=', 1)[0], entry.slice(entry.indexOf('=') + 1)]),
  )
  const partitions = call.count('partitions')
  const replicationFactor = call.count('replication-factor')
  const created = await createTopics(
    client,
    names.map((name) => ({ name, partitions, replicationFactor, configs })),
    { ifNotExists: call.boolean('if-not-exists') },
  )
  for (const name of names) call.io.out(created.includes(name) ? `created ${name}` : `${name} exists already`)
}

async function list(client: KafkaClient, _names: readonly string[], call: Call): Promise<void> {
  for (const { name } of await client.listTopics()) call.io.out(name)
}

async function remove(client: KafkaClient, names: readonly string[], call: Call): Promise<void> {
  await deleteTopics(client, names)
  for (const name of names) call.io.out(`deleted ${name}`)
}

async function describe(client: KafkaClient, names: readonly string[], call: Call): Promise<void> {
  const asked = names.length > 0 ? names : (await client.listTopics()).map(({ name }) => name)
  for (const topic of await client.describeTopics(asked)) {
    const places = topic.partitions.map((_, partition) => ({ topic: topic.name, partition }))
    const [first, last] = await Promise.all([
      listOffsets(client, places, 'earliest'),
      listOffsets(client, places, 'latest'),
    ])
    call.io.out(`${topic.name}: ${topic.partitions.length} partition${topic.partitions.length === 1 ? '' : 's'}`)
    topic.partitions.forEach(({ leader }, i) => {
      const [from, to] = [first[i].offset, last[i].offset]
      call.io.out(`  partition ${i}  leader ${leader}  offsets ${from}…${to}  records ${to - from}`)
    })
  }
}
