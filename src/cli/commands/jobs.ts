/** The short commands about jobs of a server, or with `--target flink` of a Flink cluster: list, describe, logs, cancel, stop, savepoint. */
import { resolve } from 'node:path'
import { fail } from '../../base/errors.ts'
import { renderFindings } from '../../engine/doctor/index.ts'
import { cancelFlinkJob, flinkSavepoint, listFlinkJobs } from '../../flink/target.ts'
import type { Command } from '../command.ts'
import { clientOf, durationText, oneJob, paint, printJson, serverFlags, stateText } from '../server-flags.ts'
import { flinkUrl, targetFlags } from '../target.ts'

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export const list: Command = {
  name: 'list',
  usage: 'list [--all]',
  summary: 'Jobs of the server.',
  flags: { all: { type: 'boolean', short: 'a', help: 'Also those that have ended.' }, ...serverFlags, ...targetFlags },
  async run(call) {
    const flink = flinkUrl(call, 'list')
    if (flink !== undefined) {
      await listFlinkJobs(flink, call.io.out)
      return 0
    }
    const jobs = await clientOf(call).jobs()
    const shown = call.boolean('all') ? jobs : jobs.filter((job) => job['end-time'] === -1)
    if (call.boolean('json')) {
      printJson(call, shown)
      return 0
    }
    const { io } = call
    if (shown.length === 0) {
      const ended = jobs.length - shown.length
      io.out(ended === 0 ? 'No jobs.' : `No running jobs; ${ended} ended ones with --all.`)
      return 0
    }
    io.out(paint('1', `${'STATE'.padEnd(12)} ${'ID'.padEnd(32)}  ${'FOR'.padEnd(13)} NAME`, io.terminal))
    for (const { jid, state, duration, name } of shown) {
      io.out(`${stateText(state, io.terminal)} ${jid}  ${durationText(duration).padEnd(13)} ${name.split('\n')[0]}`)
    }
    return 0
  },
}

export const describe: Command = {
  name: 'describe',
  usage: 'describe JOB',
  summary: 'State, operators with their rows, checkpoints and errors of a job.',
  flags: serverFlags,
  async run(call) {
    const client = clientOf(call)
    const { jid } = await client.find(oneJob(call, 'describe'))
    const [details, operators, exceptions] = await Promise.all([
      client.details(jid),
      client.operators(jid),
      client.exceptions(jid),
    ])
    if (call.boolean('json')) {
      printJson(call, { ...details, operators: operators.operators, exceptions })
      return 0
    }
    const { io } = call
    io.out(`${stateText(details.state, io.terminal)} ${paint('1', details.name, io.terminal)}`)
    io.out(`id ${jid} · for ${durationText(details.duration)} · ${details.vertices.length} vertices`)
    if (operators.operators.length > 0) {
      io.out('')
      io.out(
        paint(
          '1',
          `${'ROWS IN'.padStart(12)} ${'ROWS OUT'.padStart(12)} ${'OUT/S'.padStart(9)}  OPERATOR`,
          io.terminal,
        ),
      )
    }
    const number = (value: number) => Math.round(value).toLocaleString('en-US')
    for (const operator of operators.operators) {
      const { node, rowsIn, rowsOut, rowsOutPerSecond: rate, subtask, description, waitingFor } = operator
      const more = waitingFor === undefined ? '' : paint('33', `  (waiting for ${waitingFor})`, io.terminal)
      io.out(
        `${number(rowsIn).padStart(12)} ${number(rowsOut).padStart(12)} ${number(rate).padStart(9)}  [${node}] ${description} #${subtask}${more}`,
      )
    }
    for (const { timestamp, stacktrace } of exceptions.slice(0, 3)) {
      io.out('')
      io.out(paint('90', new Date(timestamp).toISOString(), io.terminal))
      for (const line of stacktrace.split('\n')) io.out(line)
    }
    return 0
  },
}

export const doctor: Command = {
  name: 'doctor',
  usage: 'doctor JOB',
  summary: 'Why does a job give no (new) output? What may be the reason, with numbers, place and what to do.',
  flags: serverFlags,
  async run(call) {
    const client = clientOf(call)
    const { jid, name } = await client.find(oneJob(call, 'doctor'))
    const answer = await client.doctor(jid)
    if (call.boolean('json')) printJson(call, answer)
    else for (const line of renderFindings(answer.findings, { name, source: answer.source })) call.io.out(line)
    return 0
  },
}

export const logs: Command = {
  name: 'logs',
  usage: 'logs JOB [-f]',
  summary: 'The log of a job.',
  flags: { follow: { type: 'boolean', short: 'f', help: 'Go on until Ctrl-C or the end of the job.' }, ...serverFlags },
  async run(call) {
    const client = clientOf(call)
    const { jid } = await client.find(oneJob(call, 'logs'))
    let from = 0
    for (;;) {
      const ended = (await client.details(jid))['end-time'] !== -1
      const { text, next } = await client.logs(jid, from)
      for (const line of text.split('\n')) if (line !== '') call.io.out(call.boolean('json') ? line : logLine(line))
      const more = next > from
      from = next
      if (more) continue
      if (!call.boolean('follow') || ended || call.io.signal.aborted) return 0
      await wait(300)
    }
  },
}

/** What pino wrote, for people; anything else (a trace of a dying process) as it is. */
function logLine(line: string): string {
  if (!line.startsWith('{"level"')) return line
  try {
    const { time, msg, level } = JSON.parse(line) as { time: number; msg: string; level: number }
    return `${new Date(time).toISOString()} ${level >= 50 ? 'ERROR' : level >= 40 ? 'WARN ' : 'INFO '} ${msg}`
  } catch {
    // Two processes append to the file; a line that is not JSON is shown as it is.
    return line
  }
}

export const cancel: Command = {
  name: 'cancel',
  usage: 'cancel JOB',
  summary: 'Cancel a job; resolves when it has ended.',
  flags: { ...serverFlags, ...targetFlags },
  async run(call) {
    const flink = flinkUrl(call, 'cancel')
    if (flink !== undefined) {
      await cancelFlinkJob(flink, oneJob(call, 'cancel'), call.io.out)
      return 0
    }
    const client = clientOf(call)
    const { jid } = await client.find(oneJob(call, 'cancel'))
    await client.cancel(jid)
    for (;;) {
      const { state, name, 'end-time': end } = await client.details(jid)
      if (end !== -1) {
        if (call.boolean('json')) printJson(call, { jobid: jid, state })
        else call.io.out(`${stateText(state, call.io.terminal)} ${jid}  ${name}`)
        return 0
      }
      if (call.io.signal.aborted) return 1
      await wait(100)
    }
  },
}

export const stop: Command = {
  name: 'stop',
  usage: 'stop JOB --savepoint DIR',
  summary:
    'Take a savepoint and stop behind it: no row is lost and none counted twice when the job is resumed from it.',
  flags: {
    savepoint: {
      type: 'string',
      value: 'DIR',
      help: 'The folder for it; execution.checkpointing.savepoint-dir when absent.',
    },
    ...serverFlags,
    ...targetFlags,
  },
  run: (call) => takeSavepoint(call, 'stop', call.string('savepoint')),
}

export const savepoint: Command = {
  name: 'savepoint',
  usage: 'savepoint JOB [DIR]',
  summary: 'Take a savepoint while the job goes on.',
  flags: { ...serverFlags, ...targetFlags },
  run(call) {
    const [job, folder, ...more] = call.positionals
    if (more.length > 0) fail('CLI_USAGE', { detail: `Unexpected '${more[0]}'.`, command: 'savepoint' })
    return takeSavepoint({ ...call, positionals: job === undefined ? [] : [job] }, 'savepoint', folder)
  },
}

async function takeSavepoint(
  call: Parameters<Command['run']>[0],
  command: 'stop' | 'savepoint',
  folder: string | undefined,
): Promise<number> {
  const flink = flinkUrl(call, command)
  if (flink !== undefined) {
    await flinkSavepoint(flink, oneJob(call, command), folder, command === 'stop', call.io.out)
    return 0
  }
  const client = clientOf(call)
  const { jid } = await client.find(oneJob(call, command))
  const target = folder === undefined || folder.startsWith('file:') ? folder : resolve(folder)
  const location = await client.savepoint(jid, target, command === 'stop', call.io.signal)
  if (call.boolean('json')) printJson(call, { jobid: jid, location })
  else call.io.out(`Savepoint: ${location}`)
  return 0
}
