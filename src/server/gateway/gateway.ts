/**
 * Flink's SQL Gateway: sessions, each a table environment of its own, and their statements.
 *
 * Laws
 * - Statements of a session run one after the other in the order in which they came; pages are fetched meanwhile.
 * - A session that nobody used for `idleTimeoutMs` is closed, and its queries with it; jobs of INSERT go on.
 * - Statements that carry code (CREATE FUNCTION) run only for a caller who may.
 */
import type { Host } from '../../base/host.ts'
import { checkScript } from '../../engine/check.ts'
import { complete, completeScript } from '../../engine/complete.ts'
import { StreamTableEnvironment, type TableEnvironmentOptions } from '../../engine/environment.ts'
import type { RowFormat } from '../../engine/result-json.ts'
import { carriesCode, isQueryText } from '../../engine/statement-kind.ts'
import type { SqlCheckAnswer, SqlCompleteAnswer } from '../api-types.ts'
import { maskJson } from '../mask.ts'
import { badRequest, GatewayError, unknown } from './errors.ts'
import { Operation } from './operation.ts'

export interface GatewayOptions {
  readonly host: Host
  readonly environment?: Omit<TableEnvironmentOptions, 'host' | 'configuration'>
  /** 10 minutes; 0 = never. */
  readonly idleTimeoutMs?: number
}

interface GatewaySession {
  readonly handle: string
  readonly environment: StreamTableEnvironment
  readonly operations: Map<string, Operation>
  queue: Promise<unknown>
  lastUsed: number
}

const IDLE_TIMEOUT_MS = 600_000
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export class Gateway {
  readonly #options: GatewayOptions
  readonly #sessions = new Map<string, GatewaySession>()
  #cancelSweep: () => void = () => {}

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#scheduleSweep()
  }

  #scheduleSweep(): void {
    const idle = this.#options.idleTimeoutMs ?? IDLE_TIMEOUT_MS
    if (idle === 0) return
    const { clock } = this.#options.host
    this.#cancelSweep = clock.after(Math.max(1000, idle / 4), () => {
      for (const session of this.#sessions.values()) {
        if (clock.monotonic() - session.lastUsed >= idle) void this.closeSession(session.handle)
      }
      this.#scheduleSweep()
    })
  }

  openSession(properties: Readonly<Record<string, string>> = {}): string {
    const { host, environment } = this.#options
    const handle = uuid(host.random)
    this.#sessions.set(handle, {
      handle,
      environment: StreamTableEnvironment.create({ ...environment, host, configuration: properties }),
      operations: new Map(),
      queue: Promise.resolve(),
      lastUsed: host.clock.monotonic(),
    })
    return handle
  }

  #session(handle: string): GatewaySession {
    if (!UUID.test(handle))
      throw badRequest(`Bad request, cannot resolve path parameter (session_handle) from value "${handle}".`)
    const session = this.#sessions.get(handle.toLowerCase())
    if (session === undefined) throw unknown('Session', handle)
    session.lastUsed = this.#options.host.clock.monotonic()
    return session
  }

  #operation(session: GatewaySession, handle: string): Operation {
    if (!UUID.test(handle))
      throw badRequest(`Bad request, cannot resolve path parameter (operation_handle) from value "${handle}".`)
    const operation = session.operations.get(handle.toLowerCase())
    if (operation === undefined) throw unknown('Operation', handle)
    return operation
  }

  async closeSession(handle: string): Promise<void> {
    const session = this.#session(handle)
    this.#sessions.delete(session.handle)
    await Promise.all([...session.operations.values()].map((operation) => operation.close()))
  }

  heartbeat(handle: string): void {
    this.#session(handle)
  }

  properties(handle: string): Record<string, string> {
    return Object.fromEntries(this.#session(handle).environment.session.options.entries())
  }

  /** Run a statement that changes the session, and wait for it. */
  async configure(handle: string, statement: string, trusted: boolean): Promise<void> {
    const session = this.#session(handle)
    const run = session.queue.then(() => this.#execute(session, statement, trusted))
    session.queue = run.catch(() => {})
    await run
  }

  #execute(session: GatewaySession, statement: string, trusted: boolean) {
    if (!trusted && carriesCode(statement)) {
      throw new GatewayError(
        403,
        'This statement brings code to run: it needs the token of the server (header Authorization: Bearer …).',
      )
    }
    return session.environment.executeSql(statement)
  }

  execute(handle: string, statement: string, trusted: boolean): string {
    const session = this.#session(handle)
    const operation = uuid(this.#options.host.random)
    const turn = session.queue
    const execute = async () => {
      await turn
      return this.#execute(session, statement, trusted)
    }
    let settled: () => void = () => {}
    const started = new Operation(operation, session.environment, this.#options.host, isQueryText(statement), () =>
      execute().finally(() => settled()),
    )
    session.queue = new Promise<void>((resolve) => {
      settled = resolve
    })
    session.operations.set(operation, started)
    return operation
  }

  fetch(
    handle: string,
    operation: string,
    token: number,
    format: RowFormat,
    uri: (token: number) => string,
  ): Promise<string> {
    return this.#operation(this.#session(handle), operation).fetch(token, format, uri)
  }

  status(handle: string, operation: string): string {
    return this.#operation(this.#session(handle), operation).status
  }

  async cancel(handle: string, operation: string): Promise<void> {
    await this.#operation(this.#session(handle), operation).cancel()
  }

  async closeOperation(handle: string, operation: string): Promise<void> {
    const session = this.#session(handle)
    await this.#operation(session, operation).close()
    session.operations.delete(operation.toLowerCase())
  }

  complete(handle: string, statement: string, position: number): readonly string[] {
    return complete(this.#session(handle).environment.session, statement, position).map(({ text }) => text)
  }

  /** Mistakes of a script in which nothing is run. @param handle a session whose tables it may use */
  async check(sql: string, handle?: string): Promise<SqlCheckAnswer> {
    const { session } = await this.#scratch(handle)
    const errors = await checkScript(session, sql)
    return {
      errors: errors.map((error) => {
        const { code, domain, message, hint, span } = maskJson(error.toJSON())
        return { code, domain, message, hint, span }
      }),
    }
  }

  /** What may stand at a place of a script, whose statements before it count as made. */
  async completeScript(sql: string, position: number, handle?: string): Promise<SqlCompleteAnswer> {
    const { session } = await this.#scratch(handle)
    return { candidates: await completeScript(session, sql, position) }
  }

  /** A table environment to try things in, with the tables, views and functions of a session. */
  async #scratch(handle: string | undefined): Promise<StreamTableEnvironment> {
    const { host, environment } = this.#options
    const scratch = StreamTableEnvironment.create({ ...environment, host })
    if (handle === undefined) return scratch
    for (const definition of this.#session(handle).environment.definitions) await scratch.executeSql(definition)
    return scratch
  }

  async close(): Promise<void> {
    this.#cancelSweep()
    await Promise.all([...this.#sessions.keys()].map((handle) => this.closeSession(handle)))
  }
}

function uuid(random: () => number): string {
  const hex = Array.from({ length: 32 }, (_, i) => {
    const digit = Math.floor(random() * 16)
    return (i === 12 ? 4 : i === 16 ? (digit & 3) | 8 : digit).toString(16)
  }).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
