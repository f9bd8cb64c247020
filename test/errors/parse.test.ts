/**
 * Mistakes in SQL and what is said about them: `parse-*.txt` beside this file.
 *
 * A block is a script, `----`, and every error that parsing it gives, as a person sees it; blank lines part the blocks,
 * lines that begin with `#` are comments. `UPDATE=1` writes the answers anew.
 *
 * Law: every script in these files fails, every error has a span in its text, and the text is exactly this.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { renderError } from '../../src/base/errors.ts'
import { parseStatements } from '../../src/sql/index.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const files = readdirSync(folder).filter((file) => /^parse-.*\.txt$/.test(file))

function answer(script: string): string {
  const { errors } = parseStatements(script)
  for (const { span, message } of errors) {
    assert.ok(span !== undefined && span.start <= span.end && span.end <= script.length, `${message} in ${script}`)
  }
  return errors.map((error) => renderError(error)).join('\n')
}

for (const file of files) {
  test(file, () => {
    const before = readFileSync(folder + file, 'utf8')
    const blocks = before.split(/\n{2,}/).filter((block) => block.trim() !== '')
    const after = blocks.map((block) => {
      const [text] = block.trim().split('\n----')
      const comments = text.split('\n').filter((line) => line.startsWith('#'))
      const script = text
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .join('\n')
      if (script.trim() === '') return text
      const errors = answer(script)
      assert.notEqual(errors, '', `no error in: ${script}`)
      return [...comments, script, '----', errors].join('\n')
    })
    const expected = `${after.join('\n\n')}\n`
    if (process.env.UPDATE === '1') writeFileSync(folder + file, expected)
    else assert.equal(before, expected)
  })
}

test('there are at least a hundred cases', () => {
  const cases = files.reduce((sum, file) => sum + readFileSync(folder + file, 'utf8').split('\n----\n').length - 1, 0)
  assert.ok(cases >= 100, `${cases} cases`)
})
