/**
 * `'connector' = 'datagen'`: rows out of nothing, for demos and load tests.
 *
 * `rows-per-second` (of the table, over all subtasks), `number-of-rows` (the table is bounded exactly when it is given),
 * and per column `fields.<column>.kind` = random or sequence, `min`, `max`, `length`, `var-len`, `max-past`, `null-rate`,
 * `start`, `end`. A table with a sequence ends when the sequence does.
 */
import type { Connector } from '../contract.ts'
import { FieldOptions } from './fields.ts'
import { fieldGenerator } from './generators.ts'
import { DatagenReader } from './reader.ts'

export const datagen: Connector = {
  identifier: 'datagen',
  options: [
    {
      key: 'rows-per-second',
      type: 'long',
      default: '10000',
      description: 'How many rows a second the whole table gives at most.',
    },
    { key: 'number-of-rows', type: 'long', description: 'The table ends after so many rows; without it, never.' },
    { key: 'scan.parallelism', type: 'int', description: 'How many subtasks generate.' },
    { key: 'fields.*', type: 'string', description: 'fields.<column>.kind, .min, .max, .start, .end, .length, ….' },
  ],
  formatOptions: [],
  source(request) {
    const { options, physical } = request
    const fields = new FieldOptions(request)
    const generators = new Map(physical.map(({ name, type }) => [name, fieldGenerator(type, name, fields)]))
    fields.checkAllRead()
    const numberOfRows = options.number('number-of-rows')
    let total = numberOfRows ?? Number.POSITIVE_INFINITY
    for (const { count } of generators.values()) total = Math.min(total, count ?? total)
    return {
      changelog: { updateBefore: false, updateAfter: false, delete: false },
      bounded: numberOfRows !== undefined,
      metadata: [],
      parallel: true,
      parallelism: options.number('scan.parallelism'),
      createReader: (context) =>
        new DatagenReader(context, {
          generators: context.produced.map(({ name }) => generators.get(name)!),
          total: Math.min(total, context.limit ?? total),
          perSecond: Math.max(1, options.number('rows-per-second') ?? 10_000),
        }),
    }
  },
}
