/** Looking into a job of a server: `tap` for rows as they come, `state` for what an operator keeps of a key. */
import { fail } from '../../base/errors.ts'
import type { CompiledPlanNode, KeyedState, TappedRows } from '../../server/api-types.ts'
import type { ServerClient } from '../../server/client.ts'
import type { Call, Command } from '../command.ts'
import { clientOf, paint, printJson, serverFlags } from '../server-flags.ts'

/** Job and operator of a call, and what else was written. */
async function target(call: Call, command: string, more: string) {
  const [job, operator, ...rest] = call.positionals
  if (job === undefined || operator === undefined) {
    fail('CLI_USAGE', { detail: `Which job, and which operator? rivulet ${command} JOB OPERATOR${more}`, command })
  }
  const client = clientOf(call)
  const { jid } = await client.find(job)
  return { client, jid, node: await operatorOf(client, jid, operator, command), rest }
}

/** An operator by its number, or by words of its kind or description that only one has. */
async function operatorOf(client: ServerClient, job: string, text: string, command: string): Promise<CompiledPlanNode> {
  const { nodes } = await client.plan(job)
  const wanted = text.toLowerCase()
  const found = /^\d+$/.test(text)
    ? nodes.filter(({ id }) => id === Number(text))
    : nodes.filter((node) => node.kind === wanted || node.description.toLowerCase().includes(wanted))
  if (found.length === 1) return found[0]
  const known = (found.length > 1 ? found : nodes).map(({ id, description }) => `${id} ${description}`).join('; ')
  if (found.length > 1) fail('CLI_USAGE', { detail: `'${text}' could be several operators: ${known}.`, command })
  return fail('SERVER_UNKNOWN_OPERATOR', { id: job, operator: text, known })
}

const text = (cell: string | null) => cell ?? 'NULL'

export const tap: Command = {
  name: 'tap',
  usage: 'tap JOB OPERATOR',
  summary: 'Rows of an operator as they pass, with their changelog kind; Ctrl-C ends it.',
  details: [
    'OPERATOR is its number (rivulet describe JOB), or a part of its name: GroupAggregate, Sink.',
    'Of a sink, these are the rows that it gets. When more rows pass than can be shown, some are left out and counted;',
    'the job never waits. With --json, each line is an object: {"kind": "+I", "subtask": 0, "row": {…}}, or {"skipped": n}.',
  ].join('\n'),
  flags: serverFlags,
  async run(call) {
    const { client, jid, node, rest } = await target(call, 'tap', '')
    if (rest.length > 0) fail('CLI_USAGE', { detail: `Unexpected '${rest[0]}'.`, command: 'tap' })
    const { io } = call
    const json = call.boolean('json')
    if (!json) io.err(paint('90', `${node.description}: ${columnsText(node.columns)}`, io.terminal))
    const rows = client.events<TappedRows>(`/rivulet/v1/jobs/${jid}/operators/${node.id}/rows`, io.signal)
    for await (const event of rows) for (const line of linesOf(event, json, io.terminal)) io.out(line)
    return 0
  },
}

const columnsText = (columns: readonly { readonly name: string; readonly type: string }[]) =>
  columns.map(({ name, type }) => `${name} ${type}`).join(', ')

function linesOf({ columns, rows, skipped }: TappedRows, json: boolean, color: boolean): string[] {
  const lines = rows.map(({ kind, subtask, fields }) => {
    if (!json) return `${paint(kind.startsWith('+') ? '32' : '31', kind, color)}[${fields.map(text).join(', ')}]`
    const row = Object.fromEntries(columns.map(({ name }, c) => [name, fields[c]]))
    return JSON.stringify({ kind, subtask, row })
  })
  if (skipped === 0) return lines
  return [...lines, json ? JSON.stringify({ skipped }) : paint('90', `… and ${skipped} rows not shown`, color)]
}

export const state: Command = {
  name: 'state',
  usage: 'state JOB OPERATOR KEY',
  summary: 'What an operator keeps of one key, and the timers of the key.',
  details: [
    'OPERATOR is its number (rivulet describe JOB), or a part of its name: GroupAggregate, Join.',
    'KEY has a value per column of the key, as JSON or as SQL literals: \'["card", 3]\' or "\'card\', 3"; a single column',
    'may be written as it is: EUR.',
  ].join('\n'),
  flags: serverFlags,
  async run(call) {
    const { client, jid, node, rest } = await target(call, 'state', ' KEY')
    if (rest.length !== 1) {
      const key = node.stateKey === undefined ? '' : ` (${columnsText(node.stateKey)})`
      fail('CLI_USAGE', { detail: `Which key${key}? One argument: '["card", 3]'.`, command: 'state' })
    }
    const path = `/rivulet/v1/jobs/${jid}/operators/${node.id}/state?key=${encodeURIComponent(rest[0])}`
    const found = await client.call<KeyedState>('GET', path)
    if (call.boolean('json')) printJson(call, found)
    else for (const line of stateLines(node, found, call.io.terminal)) call.io.out(line)
    return 0
  },
}

function stateLines(node: CompiledPlanNode, found: KeyedState, color: boolean): string[] {
  const { keyColumns, key, subtask, states, timers } = found
  const named = keyColumns.map(({ name }, c) => `${name}=${text(key[c])}`).join(', ')
  const lines = [`${node.description}, subtask ${subtask}`, paint('1', named === '' ? 'all rows' : named, color)]
  if (states.length === 0) lines.push('  Nothing is kept of this key: it was never seen, or its state is gone.')
  for (const { name, kind, columns, rows, more } of states) {
    lines.push(`  ${paint('36', name, color)} (${kind})`)
    for (const row of rows) lines.push(`    ${columns.map((column, c) => `${column.name}=${text(row[c])}`).join(', ')}`)
    if (more) lines.push('    …')
  }
  for (const { state: name, domain, at } of timers) {
    const time = at === 'max' ? 'the end of the input' : `${new Date(at).toISOString()} (${at})`
    lines.push(`  timer of ${name} in ${domain} time: ${time}`)
  }
  return lines
}
