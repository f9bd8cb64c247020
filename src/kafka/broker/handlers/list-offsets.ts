/** Offsets by time: the end (−1), the beginning (−2), the largest timestamp (−3), or the first record not before a time. */
import { isRivuletError } from '../../../base/errors.ts'
import { ErrorCodes, type listOffsets, type ReceivedRequestOf, type ResponseOf } from '../../protocol/index.ts'
import type { RequestContext } from '../handler.ts'
import type { Partition } from '../partition.ts'
import type { TimePosition } from '../partition-log.ts'

type Response = ResponseOf<typeof listOffsets>

const READ_COMMITTED = 1
const LATEST = -1
const EARLIEST = -2
const MAX_TIMESTAMP = -3

export function handleListOffsets(
  request: ReceivedRequestOf<typeof listOffsets>,
  { cluster, nodeId }: RequestContext,
): Response {
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, currentLeaderEpoch, timestamp }) => {
      const partition = cluster.topics.partition(name, partitionIndex)
      const errorCode = partition?.leadershipError(nodeId, currentLeaderEpoch) ?? ErrorCodes.UNKNOWN_TOPIC_OR_PARTITION
      if (partition === undefined || errorCode !== ErrorCodes.NONE) return { partitionIndex, errorCode }
      const found = find(partition, timestamp, request.isolationLevel === READ_COMMITTED)
      if (typeof found === 'number') return { partitionIndex, errorCode: found }
      return { partitionIndex, errorCode, ...found, leaderEpoch: found.offset < 0 ? -1 : partition.leaderEpoch }
    }),
  }))
  return { topics }
}

/** The position, or an error code. */
function find({ log, lastStableOffset }: Partition, timestamp: number, committed: boolean): TimePosition | number {
  const nothing = { offset: -1, timestamp: -1 }
  if (timestamp === LATEST) return { offset: committed ? lastStableOffset : log.endOffset, timestamp: -1 }
  if (timestamp === EARLIEST) return { offset: log.startOffset, timestamp: -1 }
  if (timestamp !== MAX_TIMESTAMP && timestamp < 0) return ErrorCodes.INVALID_REQUEST
  try {
    return (timestamp === MAX_TIMESTAMP ? log.maxTimestamp() : log.offsetAt(timestamp)) ?? nothing
  } catch (error) {
    // The only thing that can be wrong here: a compressed batch that its producer damaged before the checksum.
    if (isRivuletError(error) && error.code === 'KAFKA_BAD_COMPRESSION') return ErrorCodes.CORRUPT_MESSAGE
    throw error
  }
}
