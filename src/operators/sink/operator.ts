/**
 * Writes to a table through its connector.
 *
 * Input      what the connector accepts (the planner made it so)
 * State      none of its own; the connector's writer flushes at each barrier, or prepares a commit (`transactions`)
 * Law        every row is handed to the writer once, in order; NULL in a NOT NULL column fails or is dropped, as
 *            `table.exec.sink.not-null-enforcer` says
 */
import { fail } from '../../base/errors.ts'
import { type Batch, gather } from '../../types/batch.ts'
import type { Operator, OperatorContext, OperatorRuntime } from '../contract.ts'
import type { SinkNode } from './node.ts'

function create(node: SinkNode, context: OperatorContext): Operator {
  const writer = context.tables.sink(node.table).createWriter({
    host: context.host,
    subtask: context.subtask,
    parallelism: context.parallelism,
    consumed: node.consumed,
    print: context.print,
    counter: context.counter,
    restoredCheckpoint: context.restoredCheckpoint,
  })
  // What came before a barrier and is not committed yet, by checkpoint.
  const prepared: { readonly checkpoint: number; readonly rows: number }[] = []
  let rows = 0
  if (writer.transactions !== undefined) {
    context.gauge('numRecordsUncommitted', () => prepared.reduce((sum, each) => sum + each.rows, rows))
  }
  const enforce = node.notNull.length === 0 ? undefined : notNull(node)
  return {
    open: () => writer.open(),
    get full() {
      return writer.full
    },
    onReady: (callback) => writer.onReady(callback),
    onBatch(batch: Batch) {
      const kept = enforce === undefined ? batch : enforce(batch)
      rows += kept.length
      if (kept.length > 0) writer.write(kept)
    },
    onWatermark(watermark) {
      writer.watermark?.(watermark)
      context.out.watermark(watermark)
    },
    nextEventTime: () => Number.POSITIVE_INFINITY,
    flush: () => writer.flush(),
    beforeBarrier(checkpoint) {
      if (writer.transactions === undefined) return
      // Without a number it is the end: whichever checkpoint is complete next commits it.
      prepared.push({ checkpoint: checkpoint ?? 0, rows })
      rows = 0
    },
    checkpointComplete(checkpoint) {
      const left = prepared.findIndex((each) => each.checkpoint > checkpoint)
      prepared.splice(0, left < 0 ? prepared.length : left)
    },
    transactions: writer.transactions,
    close: () => writer.close(),
  }
}

function notNull(node: SinkNode): (batch: Batch) => Batch {
  return (batch) => {
    let kept: Int32Array | undefined
    let count = 0
    for (let row = 0; row < batch.length; row++) {
      const column = node.notNull.find((index) => isNull(batch, index, row))
      if (column === undefined) {
        if (kept !== undefined) kept[count] = row
        count++
      } else if (node.notNullEnforcer === 'error') {
        fail('RUNTIME_NOT_NULL', { column: node.consumed[column].name, table: node.table.name })
      } else if (kept === undefined) {
        kept = new Int32Array(batch.length)
        for (let before = 0; before < row; before++) kept[before] = before
      }
    }
    return kept === undefined ? batch : gather(batch, kept, count)
  }
}

function isNull(batch: Batch, index: number, row: number): boolean {
  const column = batch.columns[index]
  if (column.physical === 'object') return column.values[row] === null
  return column.nulls !== null && column.nulls[row] !== 0
}

export const sinkRuntime: OperatorRuntime<SinkNode> = { kind: 'sink', create }
