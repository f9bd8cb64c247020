/**
 * The bad records of a job that were seen last, over its restarts.
 *
 * Laws
 * - A record is kept once: a restart that reads it again does not list it again.
 * - Bounded in number and bytes; the oldest are given up. How many there were in all is for the sources' state to say.
 */
import type { BadRecord } from '../connectors/contract.ts'
import type { OperatorMetricsView } from '../runtime/metrics.ts'

export type { BadRecord }

export interface BadRecordsView {
  /**
   * Records that the job's table scans have passed over so far, exact over restarts and across savepoints. A table that a
   * job reads in two places counts in both.
   */
  readonly total: number
  /** The newest of them that this process has seen, oldest first: at most 1,000, and 16 MiB. */
  readonly records: readonly BadRecord[]
}

const MAX_RECORDS = 1000
const MAX_BYTES = 16 * 1024 * 1024

export class BadRecordRing {
  /** By place, in order of arrival. */
  readonly #records = new Map<string, BadRecord>()
  #bytes = 0

  add(record: BadRecord): void {
    const { table, topic, partition, offset } = record
    const place = JSON.stringify([table, topic, partition, offset])
    if (this.#records.has(place)) return
    this.#records.set(place, record)
    this.#bytes += record.bytes.length
    for (const [oldest, { bytes }] of this.#records) {
      if (this.#records.size <= MAX_RECORDS && this.#bytes <= MAX_BYTES) break
      this.#records.delete(oldest)
      this.#bytes -= bytes.length
    }
  }

  view(metrics: readonly OperatorMetricsView[]): BadRecordsView {
    const total = metrics.reduce((sum, { gauges }) => sum + (gauges[BAD_RECORDS] ?? 0), 0)
    return { total, records: [...this.#records.values()] }
  }
}

/** The gauge in which a reader tells how many records it has passed over. */
const BAD_RECORDS = 'badRecords'
