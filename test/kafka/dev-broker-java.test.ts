/**
 * Kafka's own command-line tools against the dev broker. Needs java and Kafka's jars (`scripts/kafka.ts install`, or
 * RIVULET_KAFKA_LIBS).
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { installKafka } from '../../scripts/kafka-distribution.ts'
import { type RunningBroker, startBroker } from '../../src/kafka/broker/index.ts'
import { javaTool, type ToolOptions } from '../harness/java-tool.ts'

const TOPICS = 'org.apache.kafka.tools.TopicCommand'
const CONFIGS = 'kafka.admin.ConfigCommand'
const PRODUCER = 'org.apache.kafka.tools.ConsoleProducer'
const CONSUMER = 'org.apache.kafka.tools.consumer.ConsoleConsumer'
const OFFSETS = 'org.apache.kafka.tools.GetOffsetShell'
const GROUPS = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand'

const lines = (text: string) => text.split('\n').filter((line) => line !== '')

describe('the tools of Kafka 4.1 against a dev broker of two nodes', () => {
  const log: string[] = []
  let broker: RunningBroker
  let libs: string

  before(async () => {
    libs = await installKafka()
    broker = await startBroker({ brokers: 2, log: (line) => log.push(line) })
  })
  after(async () => {
    await broker.close()
    // A client that falls back from a version is normal; one that was cut off because of one is not.
    assert.deepEqual(log, [])
  })

  const tool = (className: string, args: readonly string[], options?: ToolOptions) =>
    javaTool(libs, className, ['--bootstrap-server', broker.bootstrap, ...args], options)
  const succeed = async (className: string, args: readonly string[], options?: ToolOptions) => {
    const { code, stdout, stderr } = await tool(className, args, options)
    assert.equal(code, 0, `${className} ${args.join(' ')}\n${stdout}\n${stderr}`)
    return stdout
  }

  test('kafka-topics creates with replication factor 2, lists, describes', async () => {
    const created = await succeed(TOPICS, [
      ...['--create', '--topic', 'payment_msg', '--partitions', '4', '--replication-factor', '2'],
      ...['--config', 'retention.ms=3600000'],
    ])
    assert.match(created, /Created topic payment_msg/)
    assert.deepEqual(lines(await succeed(TOPICS, ['--list'])), ['payment_msg'])

    const described = lines(await succeed(TOPICS, ['--describe', '--topic', 'payment_msg']))
    assert.match(described[0], /PartitionCount: 4\tReplicationFactor: 2\tConfigs: .*retention\.ms=3600000/)
    const leaders = described
      .slice(1)
      .map((line) => /Leader: (\d)\tReplicas: (\d,\d)\tIsr: (\d,\d)/.exec(line)!.slice(1))
    assert.deepEqual(leaders, [
      ['1', '1,2', '1,2'],
      ['2', '2,1', '2,1'],
      ['1', '1,2', '1,2'],
      ['2', '2,1', '2,1'],
    ])
  })

  test('kafka-topics reports what is refused', async () => {
    const again = await tool(TOPICS, ['--create', '--topic', 'payment_msg'])
    assert.equal(again.code, 1)
    assert.match(again.stdout + again.stderr, /Topic 'payment_msg' already exists/)
    const tooMany = await tool(TOPICS, ['--create', '--topic', 'wide', '--replication-factor', '3'])
    assert.match(tooMany.stdout + tooMany.stderr, /Replication factor 3, but the cluster has 2 node/)
    const config = await tool(TOPICS, ['--create', '--topic', 'odd', '--config', 'retention.ms=soon'])
    assert.equal(config.code, 1)
  })

  test('kafka-topics adds partitions', async () => {
    await succeed(TOPICS, ['--create', '--topic', 'grows', '--partitions', '1'])
    await succeed(TOPICS, ['--alter', '--topic', 'grows', '--partitions', '3'])
    assert.match(await succeed(TOPICS, ['--describe', '--topic', 'grows']), /PartitionCount: 3/)
  })

  test('kafka-configs shows the settings of a topic', async () => {
    const shown = await succeed(CONFIGS, ['--describe', '--entity-type', 'topics', '--entity-name', 'payment_msg'])
    assert.match(shown, /retention\.ms=3600000/)
  })

  test('the console producer writes and the console consumer reads, with a group and by partition', async () => {
    const sent = Array.from({ length: 40 }, (_, index) => `${index}:{"n":${index}}`)
    await succeed(
      PRODUCER,
      ['--topic', 'payment_msg', '--property', 'parse.key=true', '--property', 'key.separator=:'],
      { input: `${sent.join('\n')}\n` },
    )

    const withGroup = await succeed(CONSUMER, [
      ...['--topic', 'payment_msg', '--from-beginning', '--max-messages', '40', '--group', 'readers'],
      ...['--timeout-ms', '20000', '--property', 'print.key=true', '--property', 'key.separator=:'],
    ])
    assert.deepEqual(lines(withGroup).sort(), [...sent].sort())

    const counts = lines(await succeed(OFFSETS, ['--topic', 'payment_msg', '--time', '-1'])).map(
      (line) => /^payment_msg:(\d):(\d+)$/.exec(line)!,
    )
    assert.equal(
      counts.reduce((sum, [, , count]) => sum + Number(count), 0),
      40,
    )
    for (const [, partition, count] of counts) {
      if (count === '0') continue
      const read = await succeed(CONSUMER, [
        ...['--topic', 'payment_msg', '--partition', partition, '--offset', 'earliest'],
        ...['--max-messages', count, '--timeout-ms', '20000'],
      ])
      assert.equal(lines(read).length, Number(count))
    }
  })

  test('kafka-consumer-groups lists, describes without lag, resets and deletes', async () => {
    assert.match(await succeed(GROUPS, ['--list']), /^readers$/m)
    const described = lines(await succeed(GROUPS, ['--describe', '--group', 'readers'])).filter((line) =>
      line.startsWith('readers '),
    )
    assert.equal(described.length, 4)
    for (const line of described) {
      const [, topic, , current, end, lag] = line.split(/\s+/)
      assert.deepEqual([topic, current, lag], ['payment_msg', end, '0'])
    }
    const reset = await succeed(GROUPS, [
      ...['--group', 'readers', '--topic', 'payment_msg', '--reset-offsets', '--to-earliest', '--execute'],
    ])
    assert.match(reset, /readers\s+payment_msg\s+0\s+0/)
    assert.match(await succeed(GROUPS, ['--delete', '--group', 'readers']), /successful/)
  })

  test('kafka-get-offsets knows begin and end, the largest timestamp and a time', async () => {
    await succeed(TOPICS, ['--create', '--topic', 'timed', '--partitions', '1'])
    await succeed(PRODUCER, ['--topic', 'timed', '--compression-codec', 'gzip'], { input: 'a\nb\nc\n' })
    assert.deepEqual(lines(await succeed(OFFSETS, ['--topic', 'timed', '--time', 'earliest'])), ['timed:0:0'])
    assert.deepEqual(lines(await succeed(OFFSETS, ['--topic', 'timed', '--time', 'latest'])), ['timed:0:3'])
    const [largest] = lines(await succeed(OFFSETS, ['--topic', 'timed', '--time', 'max-timestamp']))
    assert.match(largest, /^timed:0:[012]$/)
    // A time after all records has no offset, and the tool leaves such partitions out.
    const future = await succeed(OFFSETS, ['--topic', 'timed', '--time', String(Date.now() + 60_000)])
    assert.deepEqual(lines(future), [])
  })

  for (const codec of ['snappy', 'lz4', 'zstd']) {
    test(`records compressed with ${codec} come back`, async () => {
      const topic = `packed-${codec}`
      await succeed(TOPICS, ['--create', '--topic', topic])
      const sent = Array.from({ length: 50 }, (_, index) => `row ${index} ${'x'.repeat(50)}`)
      await succeed(PRODUCER, ['--topic', topic, '--compression-codec', codec], { input: `${sent.join('\n')}\n` })
      const read = await succeed(CONSUMER, [
        ...['--topic', topic, '--from-beginning', '--max-messages', '50', '--timeout-ms', '20000'],
      ])
      assert.deepEqual(lines(read), sent)
    })
  }

  test('a console producer creates a missing topic', async () => {
    await succeed(PRODUCER, ['--topic', 'made-on-demand'], { input: 'hello\n' })
    const read = await succeed(CONSUMER, [
      ...['--topic', 'made-on-demand', '--from-beginning', '--max-messages', '1', '--timeout-ms', '20000'],
    ])
    assert.deepEqual(lines(read), ['hello'])
  })

  test('kafka-topics deletes', async () => {
    await succeed(TOPICS, ['--delete', '--topic', 'payment_msg'])
    assert.doesNotMatch(await succeed(TOPICS, ['--list']), /payment_msg/)
  })
})
