/** What the commands that talk to a server have in common: which server, `--json`, and how jobs look in a terminal. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { fail } from '../base/errors.ts'
import type { JobState } from '../server/api-types.ts'
import { ServerClient } from '../server/client.ts'
import type { Call, Flag } from './command.ts'

export const serverFlags: Readonly<Record<string, Flag>> = {
  server: { type: 'string', short: 'm', value: 'HOST:PORT', help: 'Which server; the one of --data when absent.' },
  data: {
    type: 'string',
    value: 'DIR',
    help: "The server's data folder, where its address and token are (default: ~/.rivulet).",
  },
  'token-file': { type: 'string', value: 'FILE', help: 'The token, when it is not the one in the data folder.' },
  json: { type: 'boolean', help: 'JSON for programs.' },
}

export function dataFolder(call: Call): string {
  return resolve(call.string('data') ?? process.env.RIVULET_DATA ?? join(homedir(), '.rivulet'))
}

export function clientOf(call: Call): ServerClient {
  return new ServerClient({
    server: call.string('server'),
    data: dataFolder(call),
    tokenFile: call.string('token-file'),
  })
}

export function oneJob(call: Call, command: string): string {
  const [job, ...more] = call.positionals
  if (job === undefined)
    fail('CLI_USAGE', { detail: 'Which job? Its id, the beginning of its id, or its name.', command })
  if (more.length > 0) fail('CLI_USAGE', { detail: `One job at a time, found also '${more[0]}'.`, command })
  return job
}

const COLORS: Readonly<Partial<Record<JobState, string>>> = {
  RUNNING: '32',
  FINISHED: '36',
  FAILED: '1;31',
  CANCELED: '90',
  RESTARTING: '33',
  CREATED: '33',
  INITIALIZING: '33',
  CANCELLING: '33',
}

export function paint(code: string, text: string, color: boolean): string {
  return color ? `\u001b[${code}m${text}\u001b[0m` : text
}

export function stateText(state: JobState, color: boolean): string {
  return paint(COLORS[state] ?? '0', state.padEnd(12), color)
}

/** `3 d 4 h`, `12 min`, `4.2 s`: the two largest units. */
export function durationText(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

export function printJson(call: Call, value: unknown): void {
  call.io.out(JSON.stringify(value, null, 2))
}
