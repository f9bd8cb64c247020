import type { Session } from './session.ts'

/** `getConfig()`: options under Flink's keys. */
export class TableConfig {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  set(key: string, value: string): this {
    this.#session.options.set(key, value)
    return this
  }

  get(key: string): string | undefined {
    return this.#session.options.get(key)
  }

  /** IANA zone or fixed offset. */
  setLocalTimeZone(zone: string): this {
    return this.set('table.local-time-zone', zone)
  }

  getLocalTimeZone(): string {
    return this.#session.timeZone
  }

  /** Milliseconds after which idle state may be forgotten. */
  setIdleStateRetention(ms: number): this {
    return this.set('table.exec.state.ttl', `${ms} ms`)
  }

  /** The same object; PyFlink programs reach the configuration this way. */
  getConfiguration(): this {
    return this
  }
}
