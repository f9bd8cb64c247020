/**
 * `rivulet server` as a value: coordinator, access rules and HTTP in one, to be started and closed.
 *
 * Law: nothing listens before the token is readable by its owner only, and nothing but loopback is listened on without a token
 * that the user named or a client CA.
 */
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { pino } from 'pino'
import { fail } from '../base/errors.ts'
import { Coordinator } from './coordinator.ts'
import { GatewayProcess } from './gateway/forward.ts'
import { maskText } from './mask.ts'
import { buildApp } from './rest/app.ts'
import { type Access, authority, hostNames, isLoopback, ownToken, readToken } from './security.ts'

export interface ServerOptions {
  readonly host?: string
  /** 0: any free one. */
  readonly port?: number
  readonly slots?: number
  readonly data: string
  readonly tokenFile?: string
  /** Further names under which the server may be called. */
  readonly allowHosts?: readonly string[]
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string }
  readonly workerEntry: URL
  readonly gatewayEntry: URL
  readonly version: string
  readonly dashboard?: string
  readonly configuration?: Readonly<Record<string, string>>
  readonly reportMs?: number
  readonly slotTimeoutMs?: number
  /** Milliseconds within which a whole request must have come. */
  readonly requestTimeoutMs?: number
  /** Where the server's own log goes besides the file. */
  readonly log?: (line: string) => void
}

export interface RunningServer {
  readonly url: string
  readonly port: number
  readonly token: string
  readonly coordinator: Coordinator
  /** The process of the SQL sessions; undefined before the first request to it. */
  readonly gatewayPid: number | undefined
  close(): Promise<void>
}

/** Fifty jobs fit on a machine with two cores and 8 GB: about 75 MB each. */
const DEFAULT_SLOTS = 50

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host = '127.0.0.1', port = 8081, slots = DEFAULT_SLOTS, version, configuration = {} } = options
  const data = resolve(options.data)
  const loopback = isLoopback(host)
  if (!loopback && options.tokenFile === undefined && options.tls?.clientCa === undefined) {
    fail('SERVER_NOT_LOOPBACK', { host })
  }
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const token = options.tokenFile === undefined ? ownToken(join(data, 'token')) : readToken(options.tokenFile)
  const access: Access = { token, loopback, hosts: hostNames(host, options.allowHosts ?? []) }
  // Written at once: the last words before a crash are the ones that are wanted.
  const log = pino.destination({ dest: join(data, 'server.log'), mkdir: true, sync: true, mode: 0o600 })
  const logger = pino({ base: undefined }, log)
  const say = (msg: string) => {
    logger.info(maskText(msg))
    options.log?.(maskText(msg))
  }
  const coordinator: Coordinator = new Coordinator({
    data,
    slots,
    workerEntry: options.workerEntry,
    configuration,
    reportMs: options.reportMs,
    slotTimeoutMs: options.slotTimeoutMs,
    log: (id, msg) => {
      // One line in the server's log and in the job's own, which the job's process writes as well (both append).
      const file = join(data, 'jobs', id, 'job.log')
      pino({ base: undefined }, { write: (line) => appendFileSync(file, line, { mode: 0o600 }) }).info(maskText(msg))
      say(msg)
    },
  })
  const gateway = new GatewayProcess(options.gatewayEntry, coordinator, version, say)
  let listening = 0
  const app = await buildApp(
    {
      coordinator,
      access,
      version,
      host,
      port: () => listening,
      startedAt: Date.now(),
      configuration: {
        'rest.address': host,
        'rest.port': String(port),
        'taskmanager.numberOfTaskSlots': String(slots),
        ...configuration,
      },
      log: say,
    },
    { gateway, dashboard: options.dashboard, tls: tlsOptions(options), requestTimeoutMs: options.requestTimeoutMs },
  )
  const close = async () => {
    await app.close()
    await gateway.close()
    await coordinator.close()
    rmSync(join(data, 'server.json'), { force: true })
    log.end()
  }
  try {
    await app.listen({ host, port })
  } catch (error) {
    await close()
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      fail('SERVER_PORT_IN_USE', { address: authority(host, port) }, { cause: error })
    }
    throw error
  }
  listening = (app.server.address() as AddressInfo).port
  const url = `${options.tls === undefined ? 'http' : 'https'}://${authority(host, listening)}`
  // How commands on this machine find the server of a data folder.
  writeFileSync(join(data, 'server.json'), JSON.stringify({ url, pid: process.pid }), { mode: 0o600 })
  say(`Listening on ${url} with ${slots} slots; data in ${data}.`)
  return {
    ...{ url, port: listening, token, coordinator, close },
    get gatewayPid() {
      return gateway.pid
    },
  }
}

function tlsOptions({ tls }: ServerOptions) {
  if (tls === undefined) return undefined
  const ca = tls.clientCa === undefined ? undefined : readFileSync(tls.clientCa)
  return {
    cert: readFileSync(tls.cert),
    key: readFileSync(tls.key),
    ca,
    requestCert: ca !== undefined,
    // Whoever has no certificate may still send the token; `security.ts` decides.
    rejectUnauthorized: false,
  }
}
