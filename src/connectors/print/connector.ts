/**
 * `'connector' = 'print'`: every change as a line, `+I[beijing, 1.0, 2020-09-02T10:13:35]`.
 *
 * In front stands `print-identifier`, with several subtasks also the number of the subtask (from 1): `results:2> +I[…]`.
 */
import { valueAt } from '../../types/batch.ts'
import { rowKindText } from '../../types/row-kind.ts'
import type { Connector } from '../contract.ts'
import { printText } from './text.ts'

export const print: Connector = {
  identifier: 'print',
  options: [
    { key: 'print-identifier', type: 'string', description: 'Text in front of every line.' },
    {
      key: 'standard-error',
      type: 'boolean',
      default: 'false',
      description: 'Write to standard error instead of standard output.',
    },
    { key: 'sink.parallelism', type: 'int', description: 'How many subtasks write.' },
  ],
  formatOptions: [],
  sink: ({ options }) => ({
    acceptedChangelog: (requested) => requested,
    metadata: [],
    parallel: true,
    parallelism: options.number('sink.parallelism'),
    createWriter(context) {
      const types = context.consumed.map((column) => column.type)
      const texts = types.map(printText)
      const standardError = options.boolean('standard-error') === true
      const subtask = context.parallelism > 1 ? String(context.subtask + 1) : ''
      const name = [options.string('print-identifier') ?? '', subtask].filter((part) => part !== '').join(':')
      const prefix = name === '' ? '' : `${name}> `
      return {
        full: false,
        async open() {},
        write(batch) {
          for (let row = 0; row < batch.length; row++) {
            const kind = rowKindText(batch.kinds === null ? 0 : batch.kinds[row])
            const cells = texts.map((text, i) => text(valueAt(batch.columns[i], types[i], row)))
            context.print(`${prefix}${kind}[${cells.join(', ')}]`, standardError)
          }
        },
        onReady() {},
        async flush() {},
        async close() {},
      }
    },
  }),
}
