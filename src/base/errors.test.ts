/** How errors are shown: what the message says already is not said again as its cause. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure, fromErrorJson, renderError } from './errors.ts'

const span = { start: 7, end: 10 }
const source = { name: 'a.sql', text: 'SELECT 1/0' }

test('an error has its code, place and hint, in colour where asked; its JSON makes it again', () => {
  const error = failure('CLI_USAGE', { detail: 'So not.', command: 'run' }, { span, source })
  const [first, place, , line, caret] = renderError(error).split('\n')
  assert.equal(first, `error CLI_USAGE: ${error.message}`)
  assert.deepEqual([place, line, caret], [' --> a.sql:1:8', '1 | SELECT 1/0', '  |        ^^^'])
  assert.ok(renderError(error, true).startsWith('\u001b[1;31merror\u001b[0m'))
  assert.equal(renderError(fromErrorJson(JSON.parse(JSON.stringify(error)))), renderError(error))
})

test('a cause is shown where the message does not say it', () => {
  const cause = new Error('the disk is full')
  delete cause.stack
  const said = failure('CLI_USAGE', { detail: 'Not written: the disk is full', command: 'run' }, { cause })
  assert.doesNotMatch(renderError(said), /caused by/)
  const unsaid = failure('CLI_USAGE', { detail: 'Not written.', command: 'run' }, { cause })
  assert.match(renderError(unsaid), /\ncaused by: the disk is full$/)
})
