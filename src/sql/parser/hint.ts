/** Hints: `OPTIONS('k' = 'v')`, `BROADCAST(t)` between slash-star-plus and star-slash. */
import { fail } from '../../base/errors.ts'
import type { Hint, HintArgument } from '../ast.ts'
import { accept, type Cursor, expect, is, isName, spanFrom, start, tokenText, unexpected, want } from '../cursor.ts'
import { isNumber } from './literal.ts'
import { isString, parseIdentifier, parseName, parseStringValue } from './name.ts'

/** All hints at the current token; empty when there is none. */
export function parseHints(c: Cursor): readonly Hint[] {
  if (c.type !== '/*+') return []
  accept(c, '/*+')
  const hints = [parseHint(c)]
  while (accept(c, ',')) hints.push(parseHint(c))
  expect(c, '*/')
  return hints
}

function parseHint(c: Cursor): Hint {
  const from = start(c)
  const name = parseIdentifier(c)
  const args: HintArgument[] = []
  if (accept(c, '(') && !accept(c, ')')) {
    do args.push(parseHintArgument(c))
    while (accept(c, ','))
    expect(c, ')')
  }
  const first = args[0]
  const mixed = args.find((arg) => (arg.key === undefined) !== (first.key === undefined))
  if (mixed !== undefined) {
    const what = 'The arguments of a hint are either all values or all of the form key = value'
    fail('SQL_NOT_ALLOWED', { what }, { span: mixed.span, source: c.source })
  }
  return { kind: 'hint', name, arguments: args, span: spanFrom(c, from) }
}

function parseHintArgument(c: Cursor): HintArgument {
  const from = start(c)
  const first = parseHintValue(c)
  if (first.valueKind !== 'number' && is(c, '=')) {
    accept(c, '=')
    want(c, 'string')
    if (!isString(c.type)) unexpected(c)
    const { value } = parseStringValue(c)
    const keyKind = first.valueKind
    return { kind: 'hint-argument', key: first.value, keyKind, value, valueKind: 'string', span: spanFrom(c, from) }
  }
  return { kind: 'hint-argument', ...first, span: spanFrom(c, from) }
}

function parseHintValue(c: Cursor): Pick<HintArgument, 'value' | 'valueKind'> {
  if (isString(c.type)) return { value: parseStringValue(c).value, valueKind: 'string' }
  if (isNumber(c.type)) {
    const value = tokenText(c)
    accept(c, c.type)
    return { value, valueKind: 'number' }
  }
  want(c, 'string')
  if (!isName(c)) unexpected(c)
  const name = parseName(c)
  return { value: name.parts.map((part) => part.name).join('.'), valueKind: 'name' }
}
