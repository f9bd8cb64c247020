/** The session's configuration: what `SET` and `TableConfig` write and the planner and the engine read. */
import { parseDuration } from '../base/options.ts'

/** Defaults of the options that Rivulet itself reads; any other key is kept and handed on. */
export const SESSION_DEFAULTS: Readonly<Record<string, string>> = {
  'table.local-time-zone': 'UTC',
  'parallelism.default': '1',
  'pipeline.auto-watermark-interval': '200 ms',
  'table.exec.source.idle-timeout': '0 ms',
  'table.exec.state.ttl': '0 ms',
  'table.exec.sink.not-null-enforcer': 'error',
  'table.exec.sink.keyed-shuffle': 'auto',
  'table.exec.sink.require-on-conflict': 'true',
  'table.exec.source.cdc-events-duplicate': 'false',
  'table.exec.mini-batch.enabled': 'false',
  'table.exec.legacy-cast-behaviour': 'disabled',
  'table.optimizer.reuse-sub-plan-enabled': 'true',
}

export class SessionOptions {
  private readonly values = new Map<string, string>()

  set(key: string, value: string): void {
    this.values.set(key, value)
  }

  /** Back to the default; without a key all of them. */
  reset(key?: string): void {
    if (key === undefined) this.values.clear()
    else this.values.delete(key)
  }

  get(key: string): string | undefined {
    return this.values.get(key) ?? SESSION_DEFAULTS[key]
  }

  boolean(key: string): boolean {
    return this.get(key)?.trim().toLowerCase() === 'true'
  }

  /** Milliseconds; undefined when absent or not a duration. */
  duration(key: string): number | undefined {
    const text = this.get(key)
    return text === undefined ? undefined : parseDuration(text)
  }

  /** What was set, sorted by key. */
  entries(): readonly (readonly [string, string])[] {
    return [...this.values].sort(([a], [b]) => (a < b ? -1 : 1))
  }
}
