/** `rivulet server` */
import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fail } from '../../base/errors.ts'
import type { ServerOptions } from '../../server/server.ts'
import type { Call, Command } from '../command.ts'
import { dataFolder, paint } from '../server-flags.ts'
import { version } from '../version.ts'
import { definitions } from './session-flags.ts'

export const server: Command = {
  name: 'server',
  usage: 'server [--port 8081] [--slots N] [--data DIR] [--host ADDRESS]',
  summary: 'Run a session cluster on this machine: jobs are submitted to it, and Flink’s tools can talk to it.',
  details: [
    'Every job runs in a process of its own. A job that had not ended when the server ended runs again at the next start,',
    'from its newest checkpoint. It listens on loopback; any other --host needs --token-file or --client-ca.',
  ].join('\n'),
  flags: {
    port: { type: 'string', value: 'N', default: '8081', help: '0 takes any free port.' },
    host: { type: 'string', value: 'ADDRESS', default: '127.0.0.1', help: 'The address to listen on.' },
    slots: { type: 'string', value: 'N', default: '50', help: 'How much parallelism all jobs together may have.' },
    data: { type: 'string', value: 'DIR', help: 'Jobs, logs, checkpoints and the token (default: ~/.rivulet).' },
    'token-file': { type: 'string', value: 'FILE', help: 'A file of mode 0600 with the token that calls must send.' },
    'allow-host': { type: 'string', value: 'NAME', multiple: true, help: 'Another name under which it may be called.' },
    'tls-cert': { type: 'string', value: 'FILE', help: 'Serve HTTPS with this certificate (PEM).' },
    'tls-key': { type: 'string', value: 'FILE', help: 'Its key (PEM).' },
    'client-ca': { type: 'string', value: 'FILE', help: 'Client certificates signed by this CA count as the token.' },
    define: {
      type: 'string',
      short: 'D',
      value: 'key=value',
      multiple: true,
      help: 'An option that every job begins with.',
    },
  },
  async run(call) {
    if (call.positionals.length > 0) {
      fail('CLI_USAGE', {
        detail: `rivulet server takes no arguments, found '${call.positionals[0]}'.`,
        command: 'server',
      })
    }
    const port = call.count('port') ?? 8081
    const slots = call.count('slots') ?? 50
    if (port > 65_535) fail('CLI_USAGE', { detail: `--port takes 0 to 65535, found ${port}.`, command: 'server' })
    if (slots < 1) fail('CLI_USAGE', { detail: '--slots takes 1 or more.', command: 'server' })
    const running = await start({
      host: call.string('host'),
      port,
      slots,
      data: dataFolder(call),
      tokenFile: call.string('token-file'),
      allowHosts: call.strings('allow-host'),
      tls: tls(call),
      workerEntry: workerEntry(),
      gatewayEntry: gatewayEntry(),
      version,
      dashboard: dashboardFolder(),
      configuration: definitions(call, 'server'),
    })
    const { io } = call
    io.out(`${paint('1', `rivulet ${version}`, io.terminal)}  ${paint('36', running.url, io.terminal)}`)
    io.out(`${slots} slots · data in ${dataFolder(call)} · Ctrl-C stops it, jobs go on at the next start`)
    const jobs = running.coordinator.jobs().filter((job) => !job.terminal)
    if (jobs.length > 0) io.out(`recovering ${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'}`)
    await new Promise<void>((resolve) => {
      if (io.signal.aborted) resolve()
      io.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await running.close()
    return 0
  },
}

/** The server is heavy to load: only here. */
export async function start(options: ServerOptions) {
  const { startServer } = await import('../../server/server.ts')
  return startServer(options)
}

function tls(call: Call): ServerOptions['tls'] {
  const [cert, key, clientCa] = [call.string('tls-cert'), call.string('tls-key'), call.string('client-ca')]
  if (cert === undefined && key === undefined && clientCa === undefined) return undefined
  if (cert === undefined || key === undefined) {
    return fail('CLI_USAGE', { detail: 'TLS needs both --tls-cert and --tls-key.', command: 'server' })
  }
  return { cert, key, clientCa }
}

/** In the source tree the file itself, in the package its bundle. */
export function workerEntry(): URL {
  const source = new URL('../worker.ts', import.meta.url)
  return existsSync(source) ? source : new URL('../cli/worker.js', import.meta.url)
}

/** As `workerEntry`: the process of SQL sessions. */
export function gatewayEntry(): URL {
  const source = new URL('../../server/gateway/entry.ts', import.meta.url)
  return existsSync(source) ? source : new URL('../server/gateway.js', import.meta.url)
}

/** The built dashboard: in the source tree and in the package. */
export function dashboardFolder(): string | undefined {
  const folders = ['../../../dashboard/dist', '../../../dist/dashboard', '../dashboard', '../../dashboard'].map(
    (path) => fileURLToPath(new URL(path, import.meta.url)),
  )
  return folders.find((folder) => isAbsolute(folder) && existsSync(`${folder}/index.html`))
}
