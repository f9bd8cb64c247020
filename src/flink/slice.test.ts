/** Functions that stand beside the statements of a job: what they are made of is taken, the statements are not. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sliceOf, topLevelNames } from './slice.ts'

const SCRIPT = `import { udf, DataTypes,
  StreamTableEnvironment } from 'rivulet'
import { flags } from './flags.ts'
import './effects.ts'
const { kafka } = flags(process.argv)
const table = new Map()
table.set('a', 1)
for (const each of ['b']) table.set(each, 2)
let calls = 0
function help(tEnv, { key = calls }) { return table.get(tEnv + key) }
export const f = udf((x) => help(x, {}), { inputTypes: [DataTypes.INT()], resultType: DataTypes.INT() })
const g = udf(() => kafka, {})
const tEnv = StreamTableEnvironment.create()
tEnv.registerFunction('f', f)
await tEnv.execute('job')
`
const lineOf = (code: string, text: string) => code.split('\n').findIndex((line) => line.includes(text))

describe('the part of a script that functions need', () => {
  it('has declarations, what changes them, and imported names; not the statements of the job', () => {
    const { code, free } = sliceOf(SCRIPT, ['f'])
    for (const kept of [
      "import './effects.ts'",
      'const table',
      "table.set('a', 1)",
      'for (const each',
      'let calls',
      'function help',
      'export const f',
    ])
      assert.ok(code.includes(kept), `${kept} in ${code}`)
    for (const left of ['flags', 'kafka', 'StreamTableEnvironment', 'tEnv.', 'execute', 'const g'])
      assert.ok(!code.includes(left), `${left} in ${code}`)
    assert.ok(!free.has('process'))
  })

  it('keeps lines and columns', () => {
    const { code } = sliceOf(SCRIPT, ['f'])
    assert.equal(lineOf(code, 'export const f'), lineOf(SCRIPT, 'export const f'))
    assert.equal(code.split('\n').length, SCRIPT.split('\n').length)
  })

  it('tells that something is made from the process of the job', () => {
    assert.ok(sliceOf(SCRIPT, ['g']).free.has('process'))
  })

  it('finds names in patterns and of classes', () => {
    const names = topLevelNames(
      'const { a, b: [c, ...d] = [] } = {}; class E {}; export function g(h) {} if (a) { const i = 1 }',
    )
    assert.deepEqual(names, ['a', 'c', 'd', 'E', 'g'])
  })
})
