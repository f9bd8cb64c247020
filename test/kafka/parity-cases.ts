/**
 * What a client can observe of a broker, as cases that run against the dev broker and against a real Kafka.
 *
 * Law: a case returns plain data in which only what may differ (ids, addresses, times, words) is left out; both brokers must
 * return the same.
 */
import type { BrokerConnection } from '../../src/base/host.ts'
import { batch, call } from '../../src/kafka/broker/test-support.ts'
import {
  createPartitions,
  createTopics,
  deleteGroups,
  deleteTopics,
  describeConfigs,
  describeGroups,
  errorCodeInfo,
  fetch,
  findCoordinator,
  heartbeat,
  initProducerId,
  joinGroup,
  leaveGroup,
  listGroups,
  listOffsets,
  metadata,
  offsetCommit,
  offsetFetch,
  produce,
  syncGroup,
  WireWriter,
} from '../../src/kafka/protocol/index.ts'

export interface ParityCase {
  readonly name: string
  /** @param topic a name that no other case uses  @param group likewise  @param connect opens one more connection */
  run(
    connection: BrokerConnection,
    topic: string,
    group: string,
    connect: () => Promise<BrokerConnection>,
  ): Promise<unknown>
}

const named = (code: number) => errorCodeInfo(code).name
const utf8 = (text: string) => new TextEncoder().encode(text)

/**
 * A subscription to one topic, v0 of the consumers' own protocol: a real broker reads it, and never answers when it cannot.
 *
 *     version:int16 topics:[string] userData:nullable bytes
 */
function subscription(topic: string): Uint8Array {
  const writer = new WireWriter()
  writer.int16(0)
  writer.int32(1)
  writer.int16(utf8(topic).length)
  writer.raw(utf8(topic))
  writer.int32(-1)
  return writer.finish()
}

/** version:int16 [topic:string partitions:[int32]] userData:nullable bytes; the topic alone tells whose it is. */
function assignmentOf(topic: string): Uint8Array {
  const writer = new WireWriter()
  writer.int16(0)
  writer.int32(1)
  writer.int16(utf8(topic).length)
  writer.raw(utf8(topic))
  writer.int32(1)
  writer.int32(0)
  writer.int32(-1)
  return writer.finish()
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** Ask again while the broker is only not ready yet, which a real one often is for a moment. */
async function settled<T>(ask: () => Promise<T>, code: (answer: T) => number): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const answer = await ask()
    // Of a moment after a start, an election or the creation of the internal topics.
    const transient = [
      'COORDINATOR_NOT_AVAILABLE',
      'COORDINATOR_LOAD_IN_PROGRESS',
      'LEADER_NOT_AVAILABLE',
      'NOT_COORDINATOR',
    ]
    if (!transient.includes(named(code(answer))) || attempt === 50) return answer
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** The coordinator of a group, once there is one. */
export function findGroup(connection: BrokerConnection, group: string, version = 3) {
  return settled(
    () => call(connection, findCoordinator, version, { key: group, keyType: 0 }),
    ({ errorCode }) => errorCode,
  )
}

const PLAIN = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }

async function create(connection: BrokerConnection, topic: object, validateOnly = false, version = 7) {
  const answer = await call(connection, createTopics, version, {
    topics: [{ ...PLAIN, name: '', ...topic }],
    timeoutMs: 10_000,
    validateOnly,
  })
  return answer.topics[0]
}

/** Create a topic and wait until it can be written. */
async function newTopic(connection: BrokerConnection, name: string, partitions = 1) {
  await create(connection, { name, numPartitions: partitions })
  await settled(
    () => call(connection, metadata, 9, { topics: [{ name }], allowAutoTopicCreation: false }),
    ({ topics }) => (topics[0].errorCode !== 0 ? 5 : Math.max(...topics[0].partitions.map((each) => each.errorCode))),
  )
}

async function append(
  connection: BrokerConnection,
  topic: string,
  records: Uint8Array | null,
  partition = 0,
  version = 9,
) {
  const topicData = [{ name: topic, partitionData: [{ index: partition, records }] }]
  const answer = await call(connection, produce, version, { acks: -1, timeoutMs: 5_000, topicData })
  const { errorCode, baseOffset } = answer.responses[0].partitionResponses[0]
  return [named(errorCode), baseOffset]
}

async function read(connection: BrokerConnection, topic: string, offset: number, options: object = {}, version = 12) {
  const wanted = { partition: 0, fetchOffset: offset, partitionMaxBytes: 1_000_000, ...options }
  const answer = await call(connection, fetch, version, {
    maxWaitMs: 100,
    minBytes: 1,
    maxBytes: 1_000_000,
    isolationLevel: 0,
    topics: [{ topic, partitions: [wanted] }],
  })
  const { errorCode, highWatermark, lastStableOffset, logStartOffset, records } = answer.responses[0].partitions[0]
  return [named(errorCode), highWatermark, lastStableOffset, logStartOffset, records?.length ?? null]
}

async function offsetAt(connection: BrokerConnection, topic: string, timestamp: number, version = 7, epoch = -1) {
  const partitions = [{ partitionIndex: 0, timestamp, currentLeaderEpoch: epoch }]
  const answer = await call(connection, listOffsets, version, { replicaId: -1, topics: [{ name: topic, partitions }] })
  const found = answer.topics[0].partitions[0]
  return [named(found.errorCode), found.offset, found.timestamp]
}

interface Joining {
  readonly memberId?: string
  readonly protocols?: readonly string[]
  readonly instanceId?: string | null
  readonly sessionTimeoutMs?: number
  readonly type?: string
}

function join(connection: BrokerConnection, group: string, options: Joining = {}, version = 7) {
  return settled(
    () =>
      call(connection, joinGroup, version, {
        groupId: group,
        sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
        rebalanceTimeoutMs: 10_000,
        memberId: options.memberId ?? '',
        groupInstanceId: options.instanceId ?? null,
        protocolType: options.type ?? 'consumer',
        protocols: (options.protocols ?? ['range']).map((name) => ({ name, metadata: subscription(`of-${name}`) })),
      }),
    ({ errorCode }) => errorCode,
  )
}

function sync(connection: BrokerConnection, group: string, memberId: string, generationId: number, share?: string) {
  const assignments = share === undefined ? [] : [{ memberId, assignment: assignmentOf(share) }]
  const protocol = { protocolType: 'consumer', protocolName: 'range' }
  return call(connection, syncGroup, 5, { groupId: group, generationId, memberId, ...protocol, assignments })
}

async function beat(connection: BrokerConnection, groupId: string, memberId: string, generationId: number) {
  return named((await call(connection, heartbeat, 4, { groupId, generationId, memberId })).errorCode)
}

async function leave(connection: BrokerConnection, groupId: string, memberId: string) {
  const answer = await call(connection, leaveGroup, 4, { groupId, members: [{ memberId }] })
  return [named(answer.errorCode), answer.members.map(({ errorCode }) => named(errorCode))]
}

async function stable(connection: BrokerConnection, group: string): Promise<string> {
  const { memberId } = await join(connection, group)
  const joined = await join(connection, group, { memberId })
  await sync(connection, group, memberId, joined.generationId, 'share')
  return memberId
}

async function commit(
  connection: BrokerConnection,
  group: string,
  topic: string,
  generation: number,
  memberId: string,
  offset: number,
) {
  const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: 'm' }]
  const answer = await settled(
    () =>
      call(connection, offsetCommit, 8, {
        groupId: group,
        generationIdOrMemberEpoch: generation,
        memberId,
        topics: [{ name: topic, partitions }],
      }),
    ({ topics }) => topics[0].partitions[0].errorCode,
  )
  return named(answer.topics[0].partitions[0].errorCode)
}

export const parityCases: readonly ParityCase[] = [
  {
    name: 'creating topics and what is refused',
    async run(connection, topic) {
      const codes: unknown[] = []
      const attempt = async (wanted: object, validateOnly = false) => {
        const { errorCode, numPartitions, replicationFactor } = await create(connection, wanted, validateOnly)
        codes.push([named(errorCode), numPartitions, replicationFactor])
      }
      await attempt({ name: topic, numPartitions: 3 }, true)
      await attempt({ name: topic, numPartitions: 3 })
      await attempt({ name: topic })
      await attempt({ name: 'a b' })
      await attempt({ name: '..' })
      await attempt({ name: 'x'.repeat(250) })
      await attempt({ name: `${topic}-p`, numPartitions: 0 })
      await attempt({ name: `${topic}-r`, replicationFactor: 7 })
      await attempt({ name: `${topic}-c`, configs: [{ name: 'retention.sm', value: '1' }] })
      await attempt({ name: `${topic}-c`, configs: [{ name: 'retention.ms', value: 'soon' }] })
      await attempt({ name: `${topic}-c`, configs: [{ name: 'cleanup.policy', value: 'burn' }] })
      const assigned = { numPartitions: -1, replicationFactor: -1 }
      await attempt({ name: `${topic}-a`, ...assigned, assignments: [{ partitionIndex: 1, brokerIds: [1] }] })
      await attempt({ name: `${topic}-a`, ...assigned, assignments: [{ partitionIndex: 0, brokerIds: [9] }] })
      await attempt({ name: `${topic}-a`, assignments: [{ partitionIndex: 0, brokerIds: [1] }] })
      await attempt({ name: `${topic}-a`, ...assigned, assignments: [{ partitionIndex: 0, brokerIds: [1] }] })
      return codes
    },
  },
  {
    name: 'topics of one request that are the same',
    async run(connection, topic) {
      const twin = { ...PLAIN, name: topic }
      const { topics } = await call(connection, createTopics, 5, { topics: [twin, twin], validateOnly: false })
      return topics.map(({ errorCode }) => named(errorCode))
    },
  },
  {
    name: 'deleting and enlarging topics',
    async run(connection, topic) {
      await newTopic(connection, topic, 2)
      const grow = async (name: string, count: number, validateOnly = false) => {
        const topics = [{ name, count, assignments: null }]
        const { results } = await call(connection, createPartitions, 3, { topics, timeoutMs: 5_000, validateOnly })
        return named(results[0].errorCode)
      }
      const remove = async (name: string) => {
        const { responses } = await call(connection, deleteTopics, 5, { topicNames: [name], timeoutMs: 5_000 })
        return named(responses[0].errorCode)
      }
      return [
        await grow(topic, 3, true),
        await grow(topic, 4),
        await grow(topic, 4),
        await grow(topic, 2),
        await grow(`${topic}-none`, 2),
        await remove(topic),
        await remove(topic),
      ]
    },
  },
  {
    name: 'metadata of topics that do not exist or cannot',
    async run(connection, topic) {
      const ask = async (name: string, version: number) => {
        const topics = [{ name }]
        const answer = await call(connection, metadata, version, { topics, allowAutoTopicCreation: false })
        return named(answer.topics[0].errorCode)
      }
      return [await ask(topic, 4), await ask(topic, 12), await ask('a b', 9)]
    },
  },
  {
    name: 'metadata of a topic in every version',
    async run(connection, topic) {
      await newTopic(connection, topic, 2)
      const answers: unknown[] = []
      for (let version = metadata.minVersion; version <= metadata.maxVersion; version++) {
        const answer = await call(connection, metadata, version, { topics: [{ name: topic }] })
        const found = answer.topics[0]
        answers.push([
          version,
          answer.brokers.length,
          answer.controllerId,
          answer.clusterId !== null,
          named(found.errorCode),
          found.isInternal,
          found.partitions
            .map((each) => ({ ...each }))
            .sort((left, right) => left.partitionIndex - right.partitionIndex),
          version >= 10 && found.topicId !== 'AAAAAAAAAAAAAAAAAAAAAA',
        ])
      }
      return answers
    },
  },
  {
    name: 'writing in every version',
    async run(connection, topic) {
      await newTopic(connection, topic)
      const answers: unknown[] = []
      for (let version = 3; version <= 9; version++) {
        answers.push(await append(connection, topic, batch([`v${version}`, 'more']), 0, version))
      }
      return answers
    },
  },
  {
    name: 'record batches that are refused',
    async run(connection, topic) {
      await newTopic(connection, topic)
      const damaged = batch(['damaged'])
      damaged[damaged.length - 3] ^= 1
      const old = batch(['old'])
      old[16] = 1
      const cut = batch(['cut'])
      const twice = batch(['twice'])
      return [
        await append(connection, topic, damaged),
        await append(connection, topic, old),
        await append(connection, topic, cut.subarray(0, cut.length - 1)),
        await append(connection, topic, new Uint8Array([...twice, ...twice])),
        await append(connection, topic, batch(['x'.repeat(1_100_000)])),
        await append(connection, topic, batch(['ok']), 5),
        await append(connection, `${topic}-none`, batch(['ok'])),
        await append(connection, topic, batch(['ok'])),
      ]
    },
  },
  {
    name: 'sequences of an idempotent producer',
    async run(connection, topic) {
      await newTopic(connection, topic)
      const { producerId: id } = await settled(
        () => call(connection, initProducerId, 4, { transactionalId: null, transactionTimeoutMs: 60_000 }),
        ({ errorCode }) => errorCode,
      )
      const write = (epoch: number, sequence: number, values: readonly string[] = ['v']) =>
        append(connection, topic, batch(values, { producer: [id, epoch, sequence] }))
      const answers: unknown[] = []
      answers.push(await write(0, 0, ['a', 'b']))
      answers.push(await write(0, 0, ['a', 'b']))
      answers.push(await write(0, 2))
      answers.push(await write(0, 4))
      answers.push(await write(0, 3))
      answers.push(await write(0, 2))
      answers.push(await write(1, 5))
      answers.push(await write(1, 0))
      answers.push(await write(0, 4))
      for (let sequence = 1; sequence <= 6; sequence++) answers.push(await write(1, sequence))
      answers.push(await write(1, 1))
      answers.push(await write(1, 2))
      answers.push(await append(connection, topic, batch(['n'], { producer: [id + 1_000, 0, 7] })))
      return answers
    },
  },
  {
    name: 'reading in every version, and from wrong places',
    async run(connection, topic) {
      await newTopic(connection, topic)
      await append(connection, topic, batch(['a', 'b', 'c']))
      await append(connection, topic, batch(['d']))
      const answers: unknown[] = []
      for (let version = 4; version <= 12; version++) answers.push(await read(connection, topic, 1, {}, version))
      answers.push(await read(connection, topic, 3))
      answers.push(await read(connection, topic, 4))
      answers.push((await read(connection, topic, 5))[0])
      answers.push((await read(connection, topic, -5))[0])
      answers.push((await read(connection, topic, 0, { currentLeaderEpoch: 9 }))[0])
      answers.push((await read(connection, `${topic}-none`, 0))[0])
      answers.push(await read(connection, topic, 0, { partitionMaxBytes: 10 }))
      answers.push(await read(connection, topic, 0, { partitionMaxBytes: 100 }))
      return answers
    },
  },
  {
    name: 'offsets by time, to the record, also in compressed batches',
    async run(connection, topic) {
      const answers: unknown[] = []
      for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
        const name = `${topic}-${compression}`
        await newTopic(connection, name)
        answers.push(await offsetAt(connection, name, -3))
        const now = Date.now() - 1_000
        const relative = ([error, offset, at]: readonly unknown[]) => [error, offset, at === -1 ? at : Number(at) - now]
        const timestamps = [10, 30, 20].map((each) => now + each)
        await append(connection, name, batch(['a', 'b', 'c'], { timestamps, compression }))
        await append(connection, name, batch(['d', 'e'], { timestamps: [now + 40, now + 50], compression }))
        for (const time of [-1, -2]) answers.push(await offsetAt(connection, name, time))
        for (const time of [0, 10, 11, 25, 31, 50, 51]) {
          answers.push(relative(await offsetAt(connection, name, now + time)))
        }
        answers.push(relative(await offsetAt(connection, name, now + 11, 1)))
        answers.push(relative(await offsetAt(connection, name, now + 11, 6)))
        answers.push((await offsetAt(connection, name, -3)).slice(0, 2))
      }
      answers.push(await offsetAt(connection, `${topic}-missing`, -1))
      answers.push(await offsetAt(connection, `${topic}-none`, -1, 7, 9))
      return answers
    },
  },
  {
    name: 'a member joins, is assigned, beats and leaves',
    async run(connection, _topic, group) {
      const first = await join(connection, group)
      const { memberId } = first
      const joined = await join(connection, group, { memberId })
      const answers: unknown[] = [
        [named(first.errorCode), first.generationId, first.leader, memberId.startsWith('parity-')],
        [named(joined.errorCode), joined.generationId, joined.protocolType, joined.protocolName],
        [joined.leader === memberId, joined.members.map((each) => [each.memberId === memberId, text(each.metadata)])],
      ]
      answers.push(named((await sync(connection, group, memberId, 9)).errorCode))
      answers.push(named((await sync(connection, group, 'nobody', 1)).errorCode))
      const synced = await sync(connection, group, memberId, 1, 'share')
      answers.push([named(synced.errorCode), text(synced.assignment), synced.protocolName])
      answers.push(text((await sync(connection, group, memberId, 1)).assignment))
      answers.push(await beat(connection, group, memberId, 1))
      answers.push(await beat(connection, group, memberId, 2))
      answers.push(await beat(connection, group, 'nobody', 1))
      answers.push(await beat(connection, `${group}-none`, 'nobody', 1))
      answers.push(await leave(connection, group, 'nobody'))
      answers.push(await leave(connection, group, memberId))
      answers.push(await beat(connection, group, memberId, 1))
      return answers
    },
  },
  {
    name: 'a second member joins, and the first leaves',
    async run(first, topic, group, connect) {
      await newTopic(first, topic)
      const second = await connect()
      const oneId = await stable(first, group)
      const twoId = (await join(second, group)).memberId
      const answers: unknown[] = []
      const secondJoin = join(second, group, { memberId: twoId, protocols: ['sticky', 'range'] })
      // The second one's request is on its way on another connection.
      while ((await beat(first, group, oneId, 1)) === 'NONE') await new Promise((resolve) => setTimeout(resolve, 20))
      answers.push(await beat(first, group, oneId, 1))
      answers.push(named((await sync(first, group, oneId, 1)).errorCode))
      answers.push(await commit(first, group, topic, 1, oneId, 1))
      const one = await join(first, group, { memberId: oneId })
      const two = await secondJoin
      for (const joined of [one, two]) {
        answers.push([named(joined.errorCode), joined.generationId, joined.protocolName, joined.leader === oneId])
        answers.push(joined.members.map((member) => [member.memberId === oneId, text(member.metadata)]).sort())
      }
      answers.push(await beat(first, group, oneId, 2))
      answers.push(await commit(first, group, topic, 2, oneId, 2))
      const secondSync = sync(second, group, twoId, 2)
      const protocol = { protocolType: 'consumer', protocolName: 'range' }
      const assignments = [
        { memberId: oneId, assignment: assignmentOf('first') },
        { memberId: twoId, assignment: assignmentOf('second') },
      ]
      const claim = { groupId: group, generationId: 2, memberId: oneId, ...protocol }
      answers.push(text((await call(first, syncGroup, 5, { ...claim, assignments })).assignment))
      answers.push(text((await secondSync).assignment))
      // A follower that asks again gets the generation that there is.
      answers.push((await join(second, group, { memberId: twoId, protocols: ['sticky', 'range'] })).generationId)
      answers.push(await leave(first, group, oneId))
      answers.push(await beat(second, group, twoId, 2))
      const alone = await join(second, group, { memberId: twoId, protocols: ['sticky', 'range'] })
      answers.push([alone.generationId, alone.protocolName, alone.leader === twoId, alone.members.length])
      answers.push(await leave(second, group, twoId))
      return answers
    },
  },
  {
    name: 'joining that is refused',
    async run(connection, _topic, group) {
      const code = async (options: Joining, id = group) => named((await join(connection, id, options)).errorCode)
      const answers = [
        await code({}, ''),
        await code({ sessionTimeoutMs: 10 }),
        await code({ sessionTimeoutMs: 10_000_000 }),
        await code({ memberId: 'nobody' }),
        await code({ protocols: [] }),
      ]
      const memberId = await stable(connection, group)
      answers.push(await code({ protocols: ['other'] }), await code({ type: 'connect' }))
      answers.push(await code({ memberId: 'nobody' }))
      // The leader may ask for a new round at any time, and gets it.
      answers.push(String((await join(connection, group, { memberId })).generationId))
      await leave(connection, group, memberId)
      return answers
    },
  },
  {
    name: 'a static member restarts',
    async run(connection, _topic, group) {
      const first = await join(connection, group, { instanceId: 'one' })
      const claim = { groupId: group, generationId: 1, memberId: first.memberId, groupInstanceId: 'one' }
      const assignments = [{ memberId: first.memberId, assignment: assignmentOf('share') }]
      const shares = { ...claim, protocolType: 'consumer', protocolName: 'range', assignments }
      const undeclared = await call(connection, syncGroup, 5, { ...claim, assignments })
      await call(connection, syncGroup, 5, shares)
      const again = await join(connection, group, { instanceId: 'one' })
      const synced = await call(connection, syncGroup, 5, {
        groupId: group,
        generationId: again.generationId,
        memberId: again.memberId,
        groupInstanceId: 'one',
        protocolType: 'consumer',
        protocolName: 'range',
        assignments: [],
      })
      const beats = async (memberId: string, groupInstanceId: string | null) => {
        const beat = { groupId: group, generationId: again.generationId, memberId, groupInstanceId }
        return named((await call(connection, heartbeat, 4, beat)).errorCode)
      }
      const answers = [
        [named(first.errorCode), first.generationId, first.leader === first.memberId],
        [named(again.errorCode), again.generationId, again.memberId === first.memberId, again.members.length],
        named(undeclared.errorCode),
        // The restarted leader is told of a leader that it is not itself.
        again.leader === again.memberId,
        text(synced.assignment),
        await beats(again.memberId, 'one'),
        await beats(first.memberId, 'one'),
        await beats(first.memberId, null),
        await beats(again.memberId, 'two'),
      ]
      await call(connection, leaveGroup, 4, { groupId: group, members: [{ memberId: '', groupInstanceId: 'one' }] })
      answers.push(await beats(again.memberId, 'one'))
      return answers
    },
  },
  {
    name: 'offsets of a group',
    async run(connection, topic, group) {
      await newTopic(connection, topic)
      const stored = async (groupId: string, all: boolean, version = 7) => {
        const topics = all ? null : [{ name: topic, partitionIndexes: [0, 1] }]
        const answer = await call(
          connection,
          offsetFetch,
          version,
          version >= 8 ? { groups: [{ groupId, topics }] } : { groupId, topics },
        )
        const group = version >= 8 ? answer.groups[0] : answer
        return [
          named(group.errorCode),
          group.topics.map((each) =>
            each.partitions.map(({ partitionIndex, committedOffset, metadata: note, errorCode }) => [
              partitionIndex,
              committedOffset,
              note,
              named(errorCode),
            ]),
          ),
        ]
      }
      const answers: unknown[] = [
        await commit(connection, group, topic, -1, '', 5),
        await commit(connection, group, `${topic}-none`, -1, '', 5),
        await commit(connection, group, topic, 3, 'nobody', 5),
        await commit(connection, `${group}-new`, topic, 3, 'nobody', 5),
      ]
      for (const version of [2, 5, 7, 8]) {
        answers.push(await stored(group, false, version), await stored(group, true, version))
      }
      answers.push(await stored(`${group}-none`, false), await stored(`${group}-none`, true))
      const memberId = await stable(connection, group)
      const generationId = 1
      answers.push(
        await commit(connection, group, topic, -1, '', 6),
        await commit(connection, group, topic, generationId, memberId, 7),
        await commit(connection, group, topic, generationId + 5, memberId, 8),
        await commit(connection, group, topic, generationId, 'nobody', 9),
        await stored(group, true),
      )
      await leave(connection, group, memberId)
      answers.push(await commit(connection, group, topic, -1, '', 10), await stored(group, true))
      return answers
    },
  },
  {
    name: 'what tools see of groups',
    async run(connection, topic, group) {
      await newTopic(connection, topic)
      const memberId = await stable(connection, group)
      await commit(connection, group, topic, 1, memberId, 5)
      const describe = async (groupId: string) => {
        const { groups } = await call(connection, describeGroups, 5, { groups: [groupId] })
        const { errorCode, groupState, protocolType, protocolData, members } = groups[0]
        return [
          ...[named(errorCode), groupState, protocolType, protocolData],
          members.map((each) => [each.clientId, text(each.memberMetadata), text(each.memberAssignment)]),
        ]
      }
      const listed = async (statesFilter: readonly string[]) => {
        const { groups } = await call(connection, listGroups, 4, { statesFilter })
        return groups
          .filter(({ groupId }) => groupId === group)
          .map(({ protocolType, groupState }) => [protocolType, groupState])
      }
      const remove = async (name: string) => {
        const { results } = await call(connection, deleteGroups, 2, { groupsNames: [name] })
        return named(results[0].errorCode)
      }
      const answers: unknown[] = [
        await describe(group),
        await describe(`${group}-none`),
        await listed([]),
        await listed(['Stable']),
        await listed(['Empty']),
        await remove(group),
      ]
      await leave(connection, group, memberId)
      answers.push(await describe(group), await listed([]), await listed(['empty']))
      answers.push(await remove(group), await remove(group), await remove(`${group}-none`), await describe(group))
      return answers
    },
  },
  {
    name: 'settings of topics',
    async run(connection, topic) {
      await create(connection, { name: topic, configs: [{ name: 'retention.ms', value: '1234' }] })
      await newTopic(connection, topic)
      const ask = async (resourceType: number, resourceName: string, keys: readonly string[] | null) => {
        const resources = [{ resourceType, resourceName, configurationKeys: keys }]
        const { results } = await call(connection, describeConfigs, 4, { resources, includeSynonyms: false })
        const { errorCode, configs } = results[0]
        return [
          named(errorCode),
          configs.map(({ name, value, configSource, configType }) => [name, value, configSource, configType]),
        ]
      }
      const all = await ask(2, topic, null)
      return [
        await ask(2, topic, ['retention.ms', 'cleanup.policy']),
        await ask(2, `${topic}-none`, null),
        (all[1] as unknown[][]).map(([name]) => name).sort(),
      ]
    },
  },
  {
    name: 'who coordinates a group',
    async run(connection, _topic, group) {
      const answers: unknown[] = []
      for (const version of [0, 1, 2, 3]) {
        const found = await findGroup(connection, group, version)
        answers.push([named(found.errorCode), found.nodeId, found.host])
      }
      return answers
    },
  },
]
