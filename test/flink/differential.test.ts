/** The same golden jobs embedded and on a real Flink, functions in V8 and in Node: every case prints the same rows, in one job and one cluster. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { runCli } from '../harness/cli.ts'
import { type RealFlink, startFlink } from '../harness/real-flink.ts'
import { cases } from './differential.job.ts'

const JOB = 'test/flink/differential.job.ts'
const hosts = ['v8', 'node'] as const

/**
 * What stands at the end, by case, as a bag. Changes on the way to it depend on the order of rows, which Flink does not keep for
 * VALUES with casts (it makes a union of them).
 */
function byCase(output: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const [, kind, name, answer] of output.matchAll(/^(?:\d+> )?([+-][IUD])\[([^,\]]+), (.*)\]$/gm)) {
    const rows = found.get(name) ?? []
    found.set(name, rows)
    if (kind.startsWith('+')) rows.push(answer)
    else {
      const at = rows.indexOf(answer)
      assert.ok(at >= 0, `${name}: ${kind} of '${answer}', which is not there`)
      rows.splice(at, 1)
    }
  }
  for (const rows of found.values()) rows.sort()
  return found
}

describe('golden jobs embedded and on Flink', () => {
  let flink: RealFlink
  let embedded: Map<string, string[]>
  const remote = new Map<string, Map<string, string[]>>()
  before(async () => {
    const here = await runCli(['run', JOB])
    assert.equal(here.code, 0, here.err)
    embedded = byCase(here.out)
    flink = await startFlink(1)
    let before = 0
    for (const host of hosts) {
      const target = ['--target', 'flink', '--flink-url', flink.url, '--functions', host]
      const there = await runCli(['submit', ...target, JOB])
      assert.equal(there.code, 0, there.err)
      const output = flink.output()
      remote.set(host, byCase(output.slice(before)))
      before = output.length
    }
  })
  after(() => flink?.stop())

  it('a function that throws is told with its lines of TypeScript', async () => {
    const target = ['--target', 'flink', '--flink-url', flink.url]
    const { code, err } = await runCli(['submit', ...target, 'test/flink/failing.job.ts'])
    assert.equal(code, 1)
    assert.match(err, /TypeScript function failing failed: .*no 2 today/)
    assert.match(err, /test\/flink\/failing\.job\.ts:\d+/)
  })
  it('has at least 40', () => assert.ok(Object.keys(cases).length >= 40))
  for (const host of hosts) {
    for (const name of Object.keys(cases)) {
      it(`${name} (${host})`, () => {
        assert.ok(embedded.has(name), 'no rows embedded')
        assert.deepEqual(remote.get(host)?.get(name), embedded.get(name))
      })
    }
  }
})
