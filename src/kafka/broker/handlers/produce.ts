/** Appends record batches; a partition that is refused does not stop the others. */
import { ErrorCodes, type produce, type ReceivedRequestOf, type ResponseOf } from '../../protocol/index.ts'
import { type Answer, NO_ANSWER, type RequestContext } from '../handler.ts'
import { effectiveConfig } from '../topic-configs.ts'

type Request = ReceivedRequestOf<typeof produce>
type Response = ResponseOf<typeof produce>
type PartitionAnswer = Response['responses'][number]['partitionResponses'][number]

export function handleProduce(request: Request, context: RequestContext): Answer<Response> {
  const { acks } = request
  const responses = request.topicData.map(({ name, partitionData }) => ({
    name,
    partitionResponses: partitionData.map(({ index, records }) =>
      acks === 0 || acks === 1 || acks === -1
        ? append(context, name, index, records, request.transactionalId)
        : refused(index, ErrorCodes.INVALID_REQUIRED_ACKS, `acks = ${acks}, expected -1, 0 or 1`),
    ),
  }))
  return acks === 0 ? NO_ANSWER : { responses }
}

function append(
  { cluster, nodeId }: RequestContext,
  name: string,
  index: number,
  records: Uint8Array | null,
  transactionalId: string | null,
): PartitionAnswer {
  const topic = cluster.topics.get(name)
  const partition = topic?.partitions[index]
  if (topic === undefined || partition === undefined) return refused(index, ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION)
  const leadership = partition.leadershipError(nodeId, -1)
  if (leadership !== ErrorCodes.NONE) return refused(index, leadership)
  if (records === null || records.length === 0) {
    return refused(index, ErrorCodes.INVALID_RECORD, 'a produce request without records')
  }
  const maxSize = Number(effectiveConfig('max.message.bytes', topic.configs, cluster.settings).value)
  const result = partition.append(records, maxSize, cluster.host.clock.now(), (producerId, epoch) =>
    cluster.transactions.writeError(transactionalId, producerId, epoch, name, index),
  )
  if (result.kind === 'refused') return refused(index, result.error, result.message)
  return {
    index,
    errorCode: ErrorCodes.NONE,
    baseOffset: result.offset,
    logStartOffset: partition.log.startOffset,
  }
}

function refused(index: number, errorCode: number, errorMessage: string | null = null): PartitionAnswer {
  return { index, errorCode, baseOffset: -1, errorMessage }
}
