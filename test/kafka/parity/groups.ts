/** The classic group protocol, committed offsets, and what tools see of groups. */
import { call } from '../../../src/kafka/broker/test-support.ts'
import {
  deleteGroups,
  describeGroups,
  heartbeat,
  leaveGroup,
  listGroups,
  offsetFetch,
  syncGroup,
} from '../../../src/kafka/protocol/index.ts'
import {
  assignmentOf,
  beat,
  commit,
  findGroup,
  type Joining,
  join,
  leave,
  named,
  newTopic,
  stable,
  sync,
  text,
} from './calls.ts'
import type { ParityCase } from './contract.ts'

export const groupsCases: readonly ParityCase[] = [
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
