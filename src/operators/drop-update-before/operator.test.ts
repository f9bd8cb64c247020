import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Schema } from '../../types/batch.ts'
import { INT } from '../../types/logical-type.ts'
import { UPSERT } from '../../types/row-kind.ts'
import { everyWay, row, watermark } from '../drive.case.ts'
import { dropUpdateBeforeRuntime } from './operator.ts'

const schema: Schema = [{ name: 'v', type: INT }]

test('-U rows are left out, all others and watermarks pass', async () => {
  const node = {
    id: 1,
    kind: 'drop-update-before' as const,
    version: 1,
    inputs: [],
    schema,
    changelog: UPSERT,
    upsertKeys: [],
    state: {},
    description: '',
  }
  const steps = [row('+I', 1), row('-U', 1), row('+U', 2), watermark(7), row('-U', 2), row('-D', 3)]
  assert.deepEqual(await everyWay(dropUpdateBeforeRuntime, node, [schema], steps), ['+I 1', '+U 2', 'W 7', '-D 3'])
})
