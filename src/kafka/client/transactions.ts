/**
 * Transactions: begin, end, find what was left open.
 *
 * Laws
 * - A transactional id is used for one transaction and never again: a commit that is repeated on a used id would commit the
 *   beginning of its next transaction (measured on Kafka 4.1 with EndTxn v3 and v4).
 * - `commit` may be repeated, by this process or another, with the same id, producer id and epoch, until the broker has an
 *   opinion: no answer says nothing about the outcome. What it refuses for good is KAFKA_TRANSACTION_LOST.
 */
import { fail, failure, type RivuletError } from '../../base/errors.ts'
import type { Api, ReceivedResponseOf, RequestOf } from '../protocol/index.ts'
import {
  addPartitionsToTxn,
  ErrorCodes,
  endTxn,
  errorCodeInfo,
  findCoordinator,
  initProducerId,
  listTransactions,
} from '../protocol/index.ts'
import type { KafkaClient } from './client.ts'
import type { TopicPartition } from './offsets.ts'
import { Again, isRetriableCode, retry } from './retry.ts'

export interface TransactionIdentity {
  readonly transactionalId: string
  readonly producerId: number
  readonly epoch: number
}

const TRANSACTION = 1

/**
 * Take a transactional id for a new transaction, which fences and aborts whatever was open under it.
 * @param timeoutMs after which the broker aborts the transaction; at most `transaction.max.timeout.ms` of the broker
 * @throws KAFKA_TRANSACTION_TIMEOUT when the broker does not allow that long
 */
export async function beginTransaction(
  client: KafkaClient,
  transactionalId: string,
  timeoutMs: number,
): Promise<TransactionIdentity> {
  const request = () => ({ transactionalId, transactionTimeoutMs: timeoutMs, producerId: -1, producerEpoch: -1 })
  const { producerId, producerEpoch } = await ask(client, transactionalId, 'begin', initProducerId, request, {
    refuse: (code) => {
      if (code === ErrorCodes.INVALID_TRANSACTION_TIMEOUT) {
        fail('KAFKA_TRANSACTION_TIMEOUT', { transactionalId, timeoutMs })
      }
    },
  })
  return { transactionalId, producerId, epoch: producerEpoch }
}

/** Say which partitions the transaction is going to write. */
export async function addPartitions(
  client: KafkaClient,
  { transactionalId, producerId, epoch }: TransactionIdentity,
  partitions: readonly TopicPartition[],
): Promise<void> {
  await ask(client, transactionalId, 'extend', addPartitionsToTxn, () => ({
    transactionalId,
    producerId,
    producerEpoch: epoch,
    topics: [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, list]) => ({
      name,
      partitions: list.map(({ partition }) => partition),
    })),
  }))
}

/**
 * Commit or abort.
 * @throws KAFKA_TRANSACTION_LOST when the broker has given the transaction up
 */
export async function endTransaction(
  client: KafkaClient,
  { transactionalId, producerId, epoch }: TransactionIdentity,
  committed: boolean,
): Promise<void> {
  const request = () => ({ transactionalId, producerId, producerEpoch: epoch, committed })
  // From v5 the broker moves the epoch on, so that a repetition would look like an old producer's.
  await ask(client, transactionalId, committed ? 'commit' : 'abort', endTxn, request, { upTo: 4 })
}

/**
 * Ids of transactions whose end is not decided, over all brokers. One whose markers are still being written is decided: taking
 * its id would move the epoch on, and the commit could not be repeated any more.
 */
export async function openTransactions(client: KafkaClient): Promise<string[]> {
  await client.refresh()
  const lists = await Promise.all(
    client.brokers.map(({ nodeId }) =>
      retry(client.host, client.config, async () => {
        const { errorCode, transactionStates } = await client.link(nodeId).call(listTransactions, () => ({
          stateFilters: ['Ongoing'],
          producerIdFilters: [],
        }))
        if (errorCode === 0) return transactionStates.map(({ transactionalId }) => transactionalId)
        return judged('list', 'all', errorCode)
      }),
    ),
  )
  return lists.flat()
}

/** Ask the node that coordinates the id, until it has an answer. */
async function ask<A extends Api>(
  client: KafkaClient,
  transactionalId: string,
  action: string,
  api: A,
  build: () => RequestOf<A>,
  options: { readonly upTo?: number; readonly refuse?: (code: number) => void } = {},
): Promise<ReceivedResponseOf<A>> {
  return retry<ReceivedResponseOf<A>>(client.host, client.config, async () => {
    const node = await coordinatorOf(client, transactionalId)
    if (node instanceof Again) return node
    const response = await client.link(node).call(api, build, options)
    const code = errorOf(response)
    if (code === 0) return response
    options.refuse?.(code)
    return judged(action, transactionalId, code)
  })
}

async function coordinatorOf(client: KafkaClient, transactionalId: string): Promise<number | Again> {
  const response = await client.callAny(findCoordinator, (version) =>
    version >= 4
      ? { keyType: TRANSACTION, coordinatorKeys: [transactionalId] }
      : { key: transactionalId, keyType: TRANSACTION },
  )
  const found = response.coordinators.length > 0 ? response.coordinators[0] : response
  if (found.errorCode !== 0) {
    const judgement = judged('find the coordinator of', transactionalId, found.errorCode)
    return judgement
  }
  // A node that joined after the last look is not known yet.
  if (!client.brokers.some(({ nodeId }) => nodeId === found.nodeId)) await client.refresh()
  return found.nodeId
}

/** The first error of an answer, whichever of the APIs it is of. */
function errorOf(response: unknown): number {
  const { errorCode, resultsByTopic } = response as {
    readonly errorCode?: number
    readonly resultsByTopic?: readonly {
      readonly resultsByPartition: readonly { readonly partitionErrorCode: number }[]
    }[]
  }
  if (resultsByTopic === undefined) return errorCode ?? 0
  const codes = resultsByTopic.flatMap(({ resultsByPartition }) =>
    resultsByPartition.map(({ partitionErrorCode }) => partitionErrorCode),
  )
  // A partition that was not tried because of another one says so; the other one says why.
  const failed = codes.filter((code) => code !== 0)
  return failed.find((code) => code !== ErrorCodes.OPERATION_NOT_ATTEMPTED) ?? failed[0] ?? 0
}

const LOST: readonly number[] = [
  ErrorCodes.INVALID_PRODUCER_EPOCH,
  ErrorCodes.PRODUCER_FENCED,
  ErrorCodes.INVALID_PRODUCER_ID_MAPPING,
  ErrorCodes.INVALID_TXN_STATE,
  ErrorCodes.TRANSACTIONAL_ID_NOT_FOUND,
  ErrorCodes.TRANSACTION_ABORTABLE,
]

/** Again, or the error that it is for good. */
function judged(action: string, transactionalId: string, code: number): Again {
  const { name } = errorCodeInfo(code)
  if (LOST.includes(code)) {
    throw failure('KAFKA_TRANSACTION_LOST', { action, transactionalId, error: name })
  }
  const error: RivuletError = failure('KAFKA_BROKER_ERROR', {
    action: `${action} transaction '${transactionalId}'`,
    error: name,
  })
  if (isRetriableCode(code)) return new Again(error)
  throw error
}
