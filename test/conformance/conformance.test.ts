/**
 * The public conformance cases, and a ratchet: the number of passes per category may only rise
 * (`test/conformance/ratchet.json`; `node test/conformance/conformance.test.ts --update` raises it).
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { answer } from './answer.ts'
import { parseCases } from './case.ts'
import { type Golden, judge } from './judge.ts'

const here = new URL('./', import.meta.url)
const ratchetFile = new URL('ratchet.json', here)
type Ratchet = Record<string, Record<string, number>>
const ratchet: Ratchet = JSON.parse(readFileSync(ratchetFile, 'utf8'))
const update = process.argv.includes('--update')

for (const name of ['functions.public', 'queries.public']) {
  describe(name, async () => {
    const text = readFileSync(new URL(`${name}.json`, here), 'utf8')
    const golden: Golden[] = JSON.parse(text)
    const passes: Record<string, number> = {}
    const cases = parseCases(text)
    for (let i = 0; i < cases.length; i++) {
      const verdict = judge(golden[i], await answer(cases[i]))
      passes[golden[i].cat] = (passes[golden[i].cat] ?? 0) + (verdict === 'pass' ? 1 : 0)
    }
    if (update) {
      ratchet[name] = passes
      writeFileSync(ratchetFile, `${JSON.stringify(ratchet, null, 2)}\n`)
    }
    for (const [category, count] of Object.entries(passes)) {
      it(`${category}: at least ${ratchet[name]?.[category] ?? 0} pass`, () => {
        assert.ok(count >= (ratchet[name]?.[category] ?? 0), `${count} pass, ${ratchet[name]?.[category]} did before`)
        if (count > (ratchet[name]?.[category] ?? 0))
          console.log(`${name} ${category}: ${count} now pass; raise the ratchet`)
      })
    }
  })
}
