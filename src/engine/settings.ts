/**
 * `StreamExecutionEnvironment`, `EnvironmentSettings`, `TimeCharacteristic`: what jobs written for Flink 1.10 and PyFlink
 * begin with. Everything streams, event time is declared by WATERMARK, and there is one planner: settings that chose
 * otherwise then are accepted and have nothing left to choose.
 */
import type { TableEnvironmentOptions } from './environment.ts'

/** Time characteristics of Flink 1.10; the time attributes of tables decide today. */
export const TimeCharacteristic = {
  EventTime: 'EventTime',
  ProcessingTime: 'ProcessingTime',
  IngestionTime: 'IngestionTime',
} as const
export type TimeCharacteristic = (typeof TimeCharacteristic)[keyof typeof TimeCharacteristic]

export class StreamExecutionEnvironment {
  readonly configuration: Record<string, string> = {}

  static getExecutionEnvironment(): StreamExecutionEnvironment {
    return new StreamExecutionEnvironment()
  }

  /** Accepted; time attributes of tables decide. */
  setStreamTimeCharacteristic(_characteristic: TimeCharacteristic): this {
    return this
  }

  setParallelism(parallelism: number): this {
    this.configuration['parallelism.default'] = String(parallelism)
    return this
  }

  setMaxParallelism(parallelism: number): this {
    this.configuration['pipeline.max-parallelism'] = String(parallelism)
    return this
  }

  /** @param intervalMs milliseconds between two checkpoints */
  enableCheckpointing(intervalMs: number): this {
    this.configuration['execution.checkpointing.interval'] = `${intervalMs} ms`
    return this
  }
}

export class EnvironmentSettings {
  readonly configuration: Readonly<Record<string, string>>

  constructor(configuration: Readonly<Record<string, string>> = {}) {
    this.configuration = configuration
  }

  static newInstance(): EnvironmentSettingsBuilder {
    return new EnvironmentSettingsBuilder()
  }

  static inStreamingMode(): EnvironmentSettings {
    return new EnvironmentSettings()
  }
}

export class EnvironmentSettingsBuilder {
  readonly #configuration: Record<string, string> = {}

  /** Accepted; there is one planner. */
  useBlinkPlanner(): this {
    return this
  }

  /** Accepted; there is one planner. */
  useAnyPlanner(): this {
    return this
  }

  inStreamingMode(): this {
    return this
  }

  withConfiguration(configuration: Readonly<Record<string, string>>): this {
    Object.assign(this.#configuration, configuration)
    return this
  }

  build(): EnvironmentSettings {
    return new EnvironmentSettings(this.#configuration)
  }
}

export function isExecutionEnvironment(value: unknown): value is StreamExecutionEnvironment {
  return value instanceof StreamExecutionEnvironment
}

export function environmentOptions(
  settings: StreamExecutionEnvironment | EnvironmentSettings | TableEnvironmentOptions | undefined,
): TableEnvironmentOptions | undefined {
  return settings instanceof EnvironmentSettings || settings instanceof StreamExecutionEnvironment
    ? { configuration: settings.configuration }
    : settings
}
