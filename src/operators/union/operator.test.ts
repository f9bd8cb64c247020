import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Schema } from '../../types/batch.ts'
import { INT } from '../../types/logical-type.ts'
import { RETRACT } from '../../types/row-kind.ts'
import { everyWay, right, row, watermark } from '../drive.case.ts'
import { unionRuntime } from './operator.ts'

const schema: Schema = [{ name: 'v', type: INT }]

test('rows of all inputs come as they are, in order of arrival', async () => {
  const node = {
    id: 1,
    kind: 'union' as const,
    version: 1,
    inputs: [],
    schema,
    changelog: RETRACT,
    upsertKeys: [],
    state: {},
    description: '',
  }
  const steps = [row('+I', 1), right('-U', 1), row('+U', 2), watermark(7), right('-D', 3)]
  assert.deepEqual(await everyWay(unionRuntime, node, [schema, schema], steps), ['+I 1', '-U 1', '+U 2', 'W 7', '-D 3'])
})
