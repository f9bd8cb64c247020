/**
 * The statements that Flink's own parser has labelled, read from beside the repository.
 *
 * Law: every valid statement is accepted and prints back to the same tree; of the invalid ones at least 95 % are refused.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { isRivuletError } from '../base/errors.ts'
import { parseStatement, print, type Statement } from './index.ts'
import { parseLines } from './parse-lines.ts'

interface Labelled {
  readonly id: string
  readonly sql: string
  readonly valid: boolean
  readonly validationFails?: boolean
}

const folder = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url))
const skip = existsSync(folder) ? false : `no corpus at ${folder}`
const corpus: readonly Labelled[] = skip
  ? []
  : readdirSync(folder)
      .filter((file) => file.endsWith('.jsonl'))
      .flatMap((file) => readFileSync(folder + file, 'utf8').split('\n'))
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as Labelled)

function withoutSpans(tree: unknown): string {
  return JSON.stringify(tree, (key, value) => (key === 'span' ? undefined : value))
}

function accepts(sql: string): Statement | undefined {
  try {
    return parseStatement(sql, { doubleQuotes: true })
  } catch (error) {
    assert.ok(isRivuletError(error) && error.span !== undefined, `${sql}: ${error}`)
    return undefined
  }
}

test('every statement that Flink accepts is accepted', { skip }, () => {
  assert.ok(corpus.length > 1700, `${corpus.length} statements`)
  const refused = corpus.filter((one) => one.valid && accepts(one.sql) === undefined)
  assert.deepEqual(
    refused.map((one) => one.id),
    [],
  )
})

test('at least 95 % of what Flink refuses is refused', { skip }, () => {
  const invalid = corpus.filter((one) => !one.valid && one.validationFails !== true)
  const accepted = invalid.filter((one) => accepts(one.sql) !== undefined)
  assert.ok(
    accepted.length <= invalid.length * 0.05,
    `accepted: ${accepted.map((one) => `${one.id} ${one.sql}`).join('\n')}`,
  )
})

test('a printed statement parses to the same tree', { skip }, () => {
  for (const { id, sql, valid } of corpus) {
    if (!valid) continue
    const tree = parseStatement(sql, { doubleQuotes: true })
    const printed = print(tree)
    assert.equal(withoutSpans(parseStatement(printed)), withoutSpans(tree), `${id}: ${printed}`)
  }
})

test('spans lie within the text and within the span of the parent', { skip }, () => {
  for (const { id, sql, valid } of corpus) {
    if (valid) checkSpans(parseStatement(sql, { doubleQuotes: true }), { start: 0, end: sql.length }, id)
  }
})

function checkSpans(node: unknown, parent: { readonly start: number; readonly end: number }, id: string): void {
  if (typeof node !== 'object' || node === null) return
  if (Array.isArray(node)) {
    for (const child of node) checkSpans(child, parent, id)
    return
  }
  const { span } = node as { readonly span?: { readonly start: number; readonly end: number } }
  const kind = String((node as { readonly kind?: unknown }).kind)
  if (span !== undefined) {
    const inside = span.start >= parent.start && span.end <= parent.end && span.start <= span.end
    assert.ok(inside, `${id}: ${kind} ${JSON.stringify(span)} in ${JSON.stringify(parent)}`)
  }
  for (const [key, child] of Object.entries(node)) if (key !== 'span') checkSpans(child, span ?? parent, id)
}

test('parseLines answers line by line', () => {
  const input = '{"id":"a","sql":"SELECT 1"}\n\n{"id":"b","sql":"SELECT"}\n'
  const [a, b] = parseLines(input)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(a, { id: 'a', ok: true })
  assert.equal(b.ok, false)
  assert.match(b.error, /^SQL_UNEXPECTED_END at 1:7: /)
})
