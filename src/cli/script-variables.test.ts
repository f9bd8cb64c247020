/** Variables of scripts, and the two names of Kafka's servers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scriptFlags, substitute } from './script-variables.ts'

/** A variable as scripts write it. */
const at = (inner: string) => `\${${inner}}`
const fill = (sql: string, ...args: string[]) => substitute(sql, scriptFlags(args))

test('defaults, flags and conditions', () => {
  assert.equal(fill(`a ${at('x:-1')} ${at('y?on:off')}`), 'a 1 off')
  assert.equal(fill(`a ${at('x:-1')} ${at('y?on:off')}`, '--x=2', '--y'), 'a 2 on')
  assert.throws(() => fill(at('x:-1'), '--z', '2'), /no variable \$\{z\}/)
})

test('--bootstrap-server and --kafka-servers are the same', () => {
  assert.equal(fill(at('kafka-servers:-none'), '--bootstrap-server', 'h:1'), 'h:1')
  assert.equal(fill(at('bootstrap-server:-none'), '--kafka-servers', 'h:1'), 'h:1')
  assert.equal(fill(at('kafka-servers:-none')), 'none')
  assert.throws(() => fill(at('x:-1'), '--bootstrap-server', 'h:1'), /no variable/)
})
