/** Functions as a script for bare V8: it answers on the shared buffer, and what cannot load there is refused. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { createContext, runInContext } from 'node:vm'
import { INT, STRING } from '../types/logical-type.ts'
import { bundleFunctions, type FunctionHost } from './bundle.ts'
import { Wire } from './v8/wire.ts'

const folder = mkdtempSync(join(tmpdir(), 'rivulet-bundle-'))
after(() => rmSync(folder, { recursive: true, force: true }))

async function bundleOf(
  files: Readonly<Record<string, string>>,
  more: { readonly sliced?: boolean } = {},
  host: FunctionHost = 'v8',
) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const module = join(folder, 'functions.ts')
  const place = { module, exportName: 'f', ...more }
  return bundleFunctions(
    module,
    [{ name: 'f', fn: undefined, arguments: [INT], varArgs: false, result: STRING, place }],
    {},
    host,
  )
}

const DECLARE = (body: string) => `import { DataTypes, udf } from 'rivulet'
export const f = udf((x: number | null): string | null => ${body}, { inputTypes: [DataTypes.INT()], resultType: DataTypes.STRING() })
`

/** One call with an INT, as the JVM makes it. */
function call(bundle: { code: string; map: string }, value: number): { status: number; text: string } {
  const buffer = new ArrayBuffer(4096)
  const context = createContext({ __rivuletSourceMap: bundle.map, buffer })
  runInContext(bundle.code, context, { filename: 'rivulet/functions.js' })
  runInContext('__rivulet.attach(buffer)', context)
  const wire = new Wire()
  wire.attach(buffer)
  wire.putInt(0)
  wire.putInt(0)
  wire.putInt(1)
  wire.putByte(1)
  wire.putInt(value)
  runInContext('__rivulet.call()', context)
  wire.position = 0
  const status = wire.int()
  if (status === 0) wire.byte()
  return { status, text: wire.text() }
}

describe('functions for bare V8', () => {
  it('answers on the buffer', async () => {
    assert.deepEqual(call(await bundleOf({ 'functions.ts': DECLARE("String(x) + '!'") }), 7), { status: 0, text: '7!' })
  })

  it('tells what was thrown, with the line of TypeScript', async () => {
    const bundle = await bundleOf({ 'functions.ts': `\n\n${DECLARE("{ throw new Error('never') }")}` })
    const { status, text } = call(bundle, 1)
    assert.equal(status, 1)
    assert.match(text, /never/)
    assert.match(text, /functions\.ts:4\b/)
  })

  it('asks for more room when the result does not fit', async () => {
    const bundle = await bundleOf({ 'functions.ts': DECLARE("'x'.repeat(5000)") })
    assert.equal(call(bundle, 1).status, 2)
  })

  it('stubs what is of Node until it is used', async () => {
    const lib = "import { readFileSync } from 'node:fs'\nexport const read = () => readFileSync('x', 'utf8')\n"
    const used = `import { read } from './lib.ts'\n${DECLARE('x === 1 ? read() : null')}`
    const { status, text } = call(await bundleOf({ 'lib.ts': lib, 'functions.ts': used }), 1)
    assert.equal(status, 1)
    assert.match(text, /node:fs is an API of Node/)
  })

  it('refuses what uses it while loading, with the way of imports', async () => {
    const lib = "import { readFileSync } from 'node:fs'\nexport const text = readFileSync('x', 'utf8')\n"
    const used = `import { text } from './lib.ts'\n${DECLARE('text')}`
    await assert.rejects(bundleOf({ 'lib.ts': lib, 'functions.ts': used }), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'FLINK_BUNDLE_FAILED')
      assert.match(error.message, /functions\.ts → .*lib\.ts → node:fs/)
      return true
    })
  })

  it('refuses globals that bare V8 has not', async () => {
    const used = `const home = process.env.HOME\n${DECLARE('home ?? null')}`
    await assert.rejects(bundleOf({ 'functions.ts': used }), /process is not defined/)
  })

  it('takes a function out of a script, without its statements', async () => {
    const script = `import { StreamTableEnvironment } from 'rivulet'
${DECLARE("names[x ?? 0] + '!'").replace('export const', 'const')}
const names = ['a', 'b']
const tEnv = StreamTableEnvironment.create()
tEnv.registerFunction('f', f)
throw new Error('the statements run')
`
    assert.deepEqual(call(await bundleOf({ 'functions.ts': script }, { sliced: true }), 1), { status: 0, text: 'b!' })
  })

  it('refuses one that needs what the job read from its process', async () => {
    const script = `const [, , name] = process.argv\n${DECLARE('name')}`
    await assert.rejects(bundleOf({ 'functions.ts': script }, { sliced: true }), { code: 'FLINK_FUNCTION_USES_JOB' })
  })

  it('refuses for Node what does not load there', async () => {
    const script = `const broken: string = (undefined as unknown as { x: string }).x\n${DECLARE('broken')}`
    await assert.rejects(bundleOf({ 'functions.ts': script }, {}, 'node'), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'FLINK_NODE_BUNDLE_FAILED')
      assert.match(error.message, /TypeError: Cannot read properties of undefined/)
      return true
    })
  })

  it('leaves what is of Node to Node', async () => {
    const script = `import { readFileSync } from 'node:fs'\nconst own = readFileSync('/proc/self/status', 'utf8')\n${DECLARE('own')}`
    assert.match((await bundleOf({ 'functions.ts': script }, {}, 'node')).code, /require\("node:fs"\)/)
  })
})
