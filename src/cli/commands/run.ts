/** `rivulet run FILE [-- ARGS]` */
import { fail } from '../../base/errors.ts'
import { parseDuration } from '../../base/options.ts'
import type { Call, Command } from '../command.ts'
import { openRunDashboard, type RunDashboard } from '../run-dashboard.ts'
import { runFile } from '../run-file.ts'
import { tellOnSignal, watchOutput } from '../watch-output.ts'
import { definitions } from './session-flags.ts'

export const run: Command = {
  name: 'run',
  usage: 'run FILE.ts|FILE.sql [-D key=value]… [-- ARGS]',
  summary: 'Run a job in this process until its end or Ctrl-C.',
  details: [
    'FILE.ts exports a job (`export const job = defineJob(…)`) or is a script that calls execute itself.',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how a script writes a variable
    'FILE.sql is a script of statements; ARGS fill its variables: --name value for ${name:-default}.',
    'Exit code: 0 done, 1 the job failed, 2 usage or SQL is wrong, 130/143 stopped by a signal.',
  ].join('\n'),
  flags: {
    define: {
      type: 'string',
      short: 'D',
      value: 'key=value',
      multiple: true,
      help: "An option of the session, as SET 'key' = 'value' would give it; may be repeated.",
    },
    parallelism: { type: 'string', short: 'p', value: 'N', help: 'The same as -D parallelism.default=N.' },
    'from-last-checkpoint': {
      type: 'boolean',
      help: 'Start from the newest checkpoint of this job in execution.checkpointing.dir; anew when there is none.',
    },
    'savepoint-on-exit': {
      type: 'string',
      value: 'FOLDER',
      help: 'On SIGTERM and Ctrl-C take a savepoint below this folder and stop behind it.',
    },
    'doctor-after': {
      type: 'string',
      value: 'DURATION',
      help: 'When a job had no output for so long (30s), say what may be the reason; SIGUSR2 asks at any time.',
    },
    dashboard: {
      type: 'boolean',
      help: 'Serve the dashboard and the REST API of this run on 127.0.0.1; its address is written to standard error.',
    },
    port: { type: 'string', value: 'N', help: 'The port of --dashboard; any free one when absent.' },
    json: { type: 'boolean', help: 'Errors as JSON for programs: one object a line on standard error.' },
    'from-savepoint': { type: 'string', short: 's', value: 'FOLDER', help: 'Start from the snapshot in this folder.' },
  },
  async run(call) {
    const [file, ...more] = call.positionals
    if (file === undefined) fail('CLI_USAGE', { detail: 'Which file is to be run?', command: 'run' })
    if (more.length > 0) {
      const detail = `One file at a time, found also '${more[0]}'. Arguments of the job stand behind --.`
      fail('CLI_USAGE', { detail, command: 'run' })
    }
    const configuration: Record<string, string> = { 'rivulet.watchdog.timeout': '30 s', ...definitions(call, 'run') }
    const parallelism = call.count('parallelism')
    if (parallelism !== undefined) configuration['parallelism.default'] = String(parallelism)
    const savepoint = call.string('from-savepoint')
    if (savepoint !== undefined) configuration['execution.state-recovery.path'] = savepoint
    if (call.boolean('from-last-checkpoint')) configuration['execution.state-recovery.from-last-checkpoint'] = 'true'
    const savepointOnExit = call.string('savepoint-on-exit')
    if (savepointOnExit !== undefined) configuration['execution.checkpointing.savepoint-dir'] = savepointOnExit
    const { rest: args, io } = call
    const silence = doctorAfter(call)
    const err = (line: string) => io.err(line)
    const ends = [tellOnSignal(err), ...(silence === undefined ? [] : [watchOutput(silence, err)])]
    const dashboard = await openDashboard(call, file)
    try {
      const ran = await runFile(file, { args, signal: io.signal, out: io.out, configuration, savepointOnExit })
      if (ran === 0 && !call.io.signal.aborted) fail('CLI_NOTHING_RAN', { file })
      return 0
    } finally {
      for (const end of ends) end()
      await dashboard?.close()
    }
  },
}

function doctorAfter(call: Call): number | undefined {
  const text = call.string('doctor-after')
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms === undefined || ms <= 0) {
    return fail('CLI_USAGE', {
      detail: `--doctor-after takes a duration such as 30s, found '${text}'.`,
      command: 'run',
    })
  }
  return ms
}

async function openDashboard(call: Call, file: string): Promise<RunDashboard | undefined> {
  const port = call.count('port')
  if (!call.boolean('dashboard')) {
    if (port !== undefined) fail('CLI_USAGE', { detail: '--port is the port of --dashboard.', command: 'run' })
    return undefined
  }
  if (port !== undefined && port > 65_535)
    fail('CLI_USAGE', { detail: `--port takes 0 to 65535, found ${port}.`, command: 'run' })
  const dashboard = await openRunDashboard(file, port ?? 0)
  call.io.err(`Dashboard: ${dashboard.url}`)
  return dashboard
}
