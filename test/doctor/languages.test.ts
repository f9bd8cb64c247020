/** Every finding has its texts in both languages; that they have their numbers is asked of every finding of the other tests. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findingZh } from '../../dashboard/src/findings-zh.ts'
import { FINDING_CODES } from '../../src/engine/doctor/codes.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const ENGLISH = { severity: 'info', title: 'title', detail: 'detail', fix: 'fix', evidence: {} } as const

it('every code of the rules has Chinese texts and a line in the guide', () => {
  const rules = globSync(`${root}src/engine/doctor/findings/*.ts`).map((file) => readFileSync(file, 'utf8'))
  const raised = rules.flatMap((text) => [...text.matchAll(/code: [^'\n]*'([A-Z_]+)'(?: : '([A-Z_]+)')?/g)])
  const codes = new Set(raised.flatMap(([, one, other]) => (other === undefined ? [one] : [one, other])))
  assert.deepEqual([...codes].sort(), [...FINDING_CODES].sort())
  const guide = readFileSync(`${root}docs/guide/doctor.md`, 'utf8')
  for (const code of FINDING_CODES) {
    const { title, fix } = findingZh({ ...ENGLISH, code })
    assert.match(title, /\p{Script=Han}/u, code)
    assert.match(fix, /\p{Script=Han}/u, code)
    assert.ok(guide.includes(`\`${code}\``), `${code} is not in the guide`)
  }
})

it('a code that is not known here is shown as the server words it', () => {
  assert.equal(findingZh({ ...ENGLISH, code: 'OF_A_NEWER_SERVER' }).title, 'title')
})
