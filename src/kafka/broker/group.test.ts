/** The classic group protocol on virtual time: nobody waits for real timeouts. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BrokerConnection } from '../../base/host.ts'
import {
  ErrorCodes,
  heartbeat,
  joinGroup,
  leaveGroup,
  offsetCommit,
  offsetFetch,
  syncGroup,
} from '../protocol/index.ts'
import { call, settle, simulatedBroker } from './test-support.ts'

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const bytes = (value: string) => new TextEncoder().encode(value)

const SESSION_MS = 10_000
const REBALANCE_MS = 30_000

interface JoinOptions {
  readonly memberId?: string
  readonly instanceId?: string
  readonly protocols?: readonly string[]
  readonly metadata?: string
  readonly type?: string
}

function join(connection: BrokerConnection, options: JoinOptions = {}) {
  return call(connection, joinGroup, 7, {
    groupId: 'g',
    sessionTimeoutMs: SESSION_MS,
    rebalanceTimeoutMs: REBALANCE_MS,
    memberId: options.memberId ?? '',
    groupInstanceId: options.instanceId ?? null,
    protocolType: options.type ?? 'consumer',
    protocols: (options.protocols ?? ['range']).map((name) => ({ name, metadata: bytes(options.metadata ?? name) })),
  })
}

/** Ask for a member id, as every client does first. */
async function newMemberId(connection: BrokerConnection): Promise<string> {
  const answer = await join(connection)
  assert.equal(answer.errorCode, ErrorCodes.MEMBER_ID_REQUIRED)
  assert.match(answer.memberId, /^test-/)
  return answer.memberId
}

function sync(
  connection: BrokerConnection,
  memberId: string,
  generationId: number,
  shares: Record<string, string> = {},
) {
  const assignments = Object.entries(shares).map(([id, share]) => ({ memberId: id, assignment: bytes(share) }))
  return call(connection, syncGroup, 5, {
    groupId: 'g',
    generationId,
    memberId,
    protocolType: 'consumer',
    protocolName: 'range',
    assignments,
  })
}

const beat = async (connection: BrokerConnection, memberId: string, generationId: number) =>
  (await call(connection, heartbeat, 4, { groupId: 'g', generationId, memberId })).errorCode

/** A group of one stable member. */
async function stableGroup(options: Parameters<typeof simulatedBroker>[0] = {}) {
  const at = simulatedBroker(options)
  at.broker.createTopic('t', { partitions: 2 })
  const first = await at.connect()
  const memberId = await newMemberId(first)
  const joined = await join(first, { memberId })
  assert.equal(joined.errorCode, ErrorCodes.NONE)
  assert.equal(joined.leader, memberId)
  assert.deepEqual(
    joined.members.map((member) => [member.memberId, text(member.metadata)]),
    [[memberId, 'range']],
  )
  const synced = await sync(first, memberId, joined.generationId, { [memberId]: 'all' })
  assert.equal(text(synced.assignment), 'all')
  return { ...at, first, memberId, generation: joined.generationId }
}

describe('a consumer group', () => {
  test('one member joins, leads, and is assigned', async () => {
    const { first, memberId, generation } = await stableGroup()
    assert.equal(generation, 1)
    assert.equal(await beat(first, memberId, 1), ErrorCodes.NONE)
    assert.equal(await beat(first, memberId, 2), ErrorCodes.ILLEGAL_GENERATION)
    assert.equal(await beat(first, 'stranger', 1), ErrorCodes.UNKNOWN_MEMBER_ID)
  })

  test('a second member makes all join again, and both get their share', async () => {
    const { first, memberId, connect } = await stableGroup()
    const second = await connect()
    const otherId = await newMemberId(second)
    const secondJoin = join(second, { memberId: otherId })
    await settle()
    assert.equal(await beat(first, memberId, 1), ErrorCodes.REBALANCE_IN_PROGRESS)
    const firstAgain = await join(first, { memberId })
    const secondJoined = await secondJoin
    assert.equal(firstAgain.generationId, 2)
    assert.equal(secondJoined.generationId, 2)
    assert.equal(firstAgain.members.length, 2)
    assert.equal(secondJoined.members.length, 0)

    const waits = sync(second, otherId, 2)
    await settle()
    const firstShare = await sync(first, memberId, 2, { [memberId]: 'one', [otherId]: 'two' })
    assert.equal(text(firstShare.assignment), 'one')
    assert.equal(text((await waits).assignment), 'two')
  })

  test('a member that leaves makes the others join again', async () => {
    const { first, memberId, connect } = await stableGroup()
    const second = await connect()
    const otherId = await newMemberId(second)
    const secondJoin = join(second, { memberId: otherId })
    await settle()
    await join(first, { memberId })
    await secondJoin
    const left = await call(first, leaveGroup, 4, { groupId: 'g', members: [{ memberId }] })
    assert.deepEqual(
      left.members.map(({ errorCode }) => errorCode),
      [ErrorCodes.NONE],
    )
    assert.equal(await beat(second, otherId, 2), ErrorCodes.REBALANCE_IN_PROGRESS)
    const alone = await join(second, { memberId: otherId })
    assert.equal(alone.generationId, 3)
    assert.equal(alone.leader, otherId)
  })

  test('a member that is silent for its session timeout is out', async () => {
    const { first, memberId, clock, broker } = await stableGroup()
    clock.advance(SESSION_MS - 1)
    assert.equal(await beat(first, memberId, 1), ErrorCodes.NONE)
    clock.advance(SESSION_MS - 1)
    assert.equal(broker.cluster.groups.get('g')!.state, 'Stable')
    clock.advance(1)
    assert.equal(broker.cluster.groups.get('g')!.state, 'Empty')
    assert.equal(await beat(first, memberId, 1), ErrorCodes.UNKNOWN_MEMBER_ID)
  })

  test('a member that does not join again within the rebalance timeout is out', async () => {
    const { first, memberId, connect, clock } = await stableGroup()
    const second = await connect()
    const otherId = await newMemberId(second)
    const secondJoin = join(second, { memberId: otherId })
    await settle()
    // It is alive, and yet does not join.
    for (let passed = 0; passed < REBALANCE_MS; passed += 5_000) {
      assert.equal(await beat(first, memberId, 1), ErrorCodes.REBALANCE_IN_PROGRESS)
      clock.advance(5_000)
    }
    const joined = await secondJoin
    assert.equal(joined.leader, otherId)
    assert.equal(joined.members.length, 1)
    assert.equal(await beat(first, memberId, 1), ErrorCodes.UNKNOWN_MEMBER_ID)
  })

  test('a leader that never assigns does not hold the others for ever', async () => {
    const { first, memberId, connect, clock } = await stableGroup()
    const second = await connect()
    const otherId = await newMemberId(second)
    const secondJoin = join(second, { memberId: otherId })
    await settle()
    await join(first, { memberId })
    await secondJoin
    const waiting = sync(second, otherId, 2)
    await settle()
    clock.advance(SESSION_MS)
    assert.equal((await waiting).errorCode, ErrorCodes.REBALANCE_IN_PROGRESS)
    assert.equal((await join(second, { memberId: otherId })).leader, otherId)
  })

  test('the protocol that all have is chosen; one that has none in common is refused', async () => {
    const { connect } = simulatedBroker()
    const first = await connect()
    const firstId = await newMemberId(first)
    await join(first, { memberId: firstId, protocols: ['sticky', 'range'] })
    const second = await connect()
    const secondId = await newMemberId(second)
    const secondJoin = join(second, { memberId: secondId, protocols: ['roundrobin', 'range'] })
    await settle()
    const again = await join(first, { memberId: firstId, protocols: ['sticky', 'range'] })
    assert.equal(again.protocolName, 'range')
    assert.equal((await secondJoin).protocolName, 'range')
    const third = await connect()
    assert.equal((await join(third, { protocols: ['other'] })).errorCode, ErrorCodes.INCONSISTENT_GROUP_PROTOCOL)
    assert.equal((await join(third, { type: 'connect' })).errorCode, ErrorCodes.INCONSISTENT_GROUP_PROTOCOL)
  })

  test('a static member that restarts keeps its assignment, and its former self is fenced', async () => {
    const { connect } = simulatedBroker()
    const first = await connect()
    const joined = await join(first, { instanceId: 'i1' })
    assert.equal(joined.errorCode, ErrorCodes.NONE)
    await sync(first, joined.memberId, 1, { [joined.memberId]: 'mine' })
    const restarted = await connect()
    const again = await join(restarted, { instanceId: 'i1' })
    assert.equal(again.generationId, 1)
    assert.notEqual(again.memberId, joined.memberId)
    assert.equal(text((await sync(restarted, again.memberId, 1)).assignment), 'mine')
    const fenced = await call(first, heartbeat, 4, {
      groupId: 'g',
      generationId: 1,
      memberId: joined.memberId,
      groupInstanceId: 'i1',
    })
    assert.equal(fenced.errorCode, ErrorCodes.FENCED_INSTANCE_ID)
  })

  test('old clients join without asking for a member id first', async () => {
    const { connect } = simulatedBroker()
    const joined = await call(await connect(), joinGroup, 2, {
      groupId: 'g',
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: REBALANCE_MS,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: bytes('') }],
    })
    assert.equal(joined.errorCode, ErrorCodes.NONE)
    assert.equal(joined.leader, joined.memberId)
  })

  test('an empty group waits its initial delay for more members', async () => {
    const { connect, clock } = simulatedBroker({ groupInitialRebalanceDelayMs: 3_000 })
    const connections = [await connect(), await connect()]
    const ids = [await newMemberId(connections[0]), await newMemberId(connections[1])]
    const joins = connections.map((connection, index) => join(connection, { memberId: ids[index] }))
    await settle()
    clock.advance(3_000)
    const answers = await Promise.all(joins)
    assert.deepEqual(
      answers.map(({ generationId }) => generationId),
      [1, 1],
    )
    assert.equal(answers[0].members.length + answers[1].members.length, 2)
  })

  test('what is refused at the door', async () => {
    const { connect } = simulatedBroker({ brokers: 2 })
    const connection = await connect()
    const attempt = async (groupId: string, sessionTimeoutMs: number, memberId = '') =>
      (
        await call(connection, joinGroup, 7, {
          groupId,
          sessionTimeoutMs,
          rebalanceTimeoutMs: 1,
          memberId,
          protocolType: 'consumer',
          protocols: [{ name: 'range', metadata: bytes('') }],
        })
      ).errorCode
    assert.equal(await attempt('', SESSION_MS), ErrorCodes.INVALID_GROUP_ID)
    // Of 'g' and 'h' each node coordinates one.
    const codes = [await attempt('g', 5), await attempt('h', 5)]
    assert.deepEqual(codes.sort(), [ErrorCodes.NOT_COORDINATOR, ErrorCodes.INVALID_SESSION_TIMEOUT])
    const unknown = [await attempt('g', SESSION_MS, 'x'), await attempt('h', SESSION_MS, 'x')]
    assert.deepEqual(unknown.sort(), [ErrorCodes.NOT_COORDINATOR, ErrorCodes.UNKNOWN_MEMBER_ID])
  })
})

describe('committed offsets', () => {
  const commit = async (connection: BrokerConnection, generation: number, memberId: string, offset: number) => {
    const partitions = [{ partitionIndex: 1, committedOffset: offset, committedMetadata: 'note' }]
    const answer = await call(connection, offsetCommit, 8, {
      groupId: 'g',
      generationIdOrMemberEpoch: generation,
      memberId,
      topics: [{ name: 't', partitions }],
    })
    return answer.topics[0].partitions[0].errorCode
  }

  test('by members of the generation only, and from outside only while there are no members', async () => {
    const { first, memberId, clock } = await stableGroup()
    assert.equal(await commit(first, 1, memberId, 5), ErrorCodes.NONE)
    assert.equal(await commit(first, 0, memberId, 6), ErrorCodes.ILLEGAL_GENERATION)
    assert.equal(await commit(first, -1, '', 6), ErrorCodes.UNKNOWN_MEMBER_ID)
    clock.advance(SESSION_MS)
    assert.equal(await commit(first, -1, '', 7), ErrorCodes.NONE)
  })

  test('are read back for one partition, for all, and by v8 for many groups', async () => {
    const { broker, connect } = simulatedBroker()
    broker.createTopic('t', { partitions: 2 })
    const connection = await connect()
    assert.equal(await commit(connection, -1, '', 42), ErrorCodes.NONE)
    const wanted = [{ name: 't', partitionIndexes: [0, 1] }]
    const some = await call(connection, offsetFetch, 7, { groupId: 'g', topics: wanted })
    assert.deepEqual(
      some.topics[0].partitions.map(({ committedOffset, metadata }) => [committedOffset, metadata]),
      [
        [-1, ''],
        [42, 'note'],
      ],
    )
    const all = await call(connection, offsetFetch, 7, { groupId: 'g', topics: null })
    assert.deepEqual(
      all.topics.map(({ name, partitions }) => [name, partitions.map(({ partitionIndex }) => partitionIndex)]),
      [['t', [1]]],
    )
    const many = await call(connection, offsetFetch, 8, {
      groups: [
        { groupId: 'g', topics: null },
        { groupId: 'none', topics: wanted },
      ],
    })
    assert.equal(many.groups[0].topics[0].partitions[0].committedOffset, 42)
    assert.equal(many.groups[1].topics[0].partitions[1].committedOffset, -1)
  })

  test('of a topic that does not exist are refused, and go with their topic', async () => {
    const { broker, connect } = simulatedBroker()
    const connection = await connect()
    assert.equal(await commit(connection, -1, '', 1), ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION)
    broker.createTopic('t', { partitions: 2 })
    assert.equal(await commit(connection, -1, '', 1), ErrorCodes.NONE)
    broker.deleteTopic('t')
    const all = await call(connection, offsetFetch, 7, { groupId: 'g', topics: null })
    assert.deepEqual(all.topics, [])
  })
})
