/**
 * Reads record batches, and waits for them.
 *
 * Law: answered at once when `minBytes` are there, a partition has an error, or more is there than the limits let through;
 * otherwise when appends make up `minBytes`, something about a partition changes, or `maxWaitMs` is over. A partition
 * alone may exceed the limits by its first batch, so that a consumer always gets on.
 */
import { ErrorCodes, type fetch, type ReceivedRequestOf, type ResponseOf } from '../../protocol/index.ts'
import type { RequestContext } from '../handler.ts'
import type { Partition } from '../partition.ts'
import type { AbortedTransaction } from '../partition-transactions.ts'

type Request = ReceivedRequestOf<typeof fetch>
type Response = ResponseOf<typeof fetch>
type PartitionRequest = Request['topics'][number]['partitions'][number]
type PartitionAnswer = Response['responses'][number]['partitions'][number]

const READ_COMMITTED = 1
const NO_RECORDS = new Uint8Array(0)

interface Attempt {
  readonly response: Response
  readonly bytes: number
  /** Waiting would not make the answer better. */
  readonly final: boolean
}

export function handleFetch(request: Request, context: RequestContext): Response | Promise<Response> {
  // Sessions are an optimisation that a broker may decline: it answers session 0, and a known session cannot be.
  if (request.sessionId !== 0) return { errorCode: ErrorCodes.FETCH_SESSION_ID_NOT_FOUND, responses: [] }
  const first = read(request, context)
  if (first.final || first.bytes >= request.minBytes || request.maxWaitMs <= 0) return first.response
  return whenMore(request, context, request.minBytes - first.bytes)
}

function read(request: Request, context: RequestContext): Attempt {
  let bytes = 0
  let final = false
  const responses = request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((wanted) => {
      const partition = context.cluster.topics.partition(topic, wanted.partition)
      const error = errorOf(partition, wanted, context)
      if (partition === undefined || error !== ErrorCodes.NONE) {
        final = true
        return refused(wanted.partition, error, partition)
      }
      const limit = Math.min(wanted.partitionMaxBytes, request.maxBytes - bytes)
      const committed = request.isolationLevel === READ_COMMITTED
      const before = committed ? partition.lastStableOffset : partition.log.endOffset
      const { records, more } = partition.log.read(wanted.fetchOffset, limit, bytes === 0, before)
      bytes += records.length
      if (more) final = true
      return answer(partition, records, committed ? partition.transactions.aborted(wanted.fetchOffset, before) : null)
    }),
  }))
  return { response: { errorCode: ErrorCodes.NONE, responses }, bytes, final }
}

function errorOf(partition: Partition | undefined, wanted: PartitionRequest, context: RequestContext): number {
  if (partition === undefined) return ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION
  const leadership = partition.leadershipError(context.nodeId, wanted.currentLeaderEpoch)
  if (leadership !== ErrorCodes.NONE) return leadership
  const { startOffset, endOffset } = partition.log
  const inside = wanted.fetchOffset >= startOffset && wanted.fetchOffset <= endOffset
  return inside ? ErrorCodes.NONE : ErrorCodes.OFFSET_OUT_OF_RANGE
}

function answer(
  { index, log, lastStableOffset }: Partition,
  records: Uint8Array,
  abortedTransactions: readonly AbortedTransaction[] | null,
): PartitionAnswer {
  return {
    partitionIndex: index,
    errorCode: ErrorCodes.NONE,
    highWatermark: log.endOffset,
    lastStableOffset,
    logStartOffset: log.startOffset,
    abortedTransactions:
      abortedTransactions?.map(({ producerId, firstOffset }) => ({ producerId, firstOffset })) ?? null,
    records,
  }
}

function refused(partitionIndex: number, errorCode: number, partition: Partition | undefined): PartitionAnswer {
  return {
    partitionIndex,
    errorCode,
    highWatermark: -1,
    logStartOffset: partition?.log.startOffset ?? -1,
    abortedTransactions: null,
    records: NO_RECORDS,
  }
}

function whenMore(request: Request, context: RequestContext, missing: number): Promise<Response> {
  const { topics, host } = context.cluster
  const partitions = request.topics.flatMap(({ topic, partitions: wanted }) =>
    wanted.flatMap(({ partition }) => topics.partition(topic, partition) ?? []),
  )
  return new Promise((resolve) => {
    let arrived = 0
    const finish = () => {
      for (const partition of partitions) partition.unlisten(listener)
      stopTimer()
      forgetClose()
      resolve(read(request, context).response)
    }
    const listener = (bytes: number) => {
      arrived += bytes
      if (bytes === 0 || arrived >= missing) finish()
    }
    const stopTimer = host.clock.after(request.maxWaitMs, finish)
    const forgetClose = context.onClose(finish)
    for (const partition of partitions) partition.listen(listener)
  })
}
