/**
 * A real Kafka for a test: one node with a data folder of its own on free ports.
 *
 * Law: only the process that was started here is ever ended, by its own id, and it does not outlive the test's process.
 */
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts, installKafka, prepareNode, spawnNode, waitUntilReady } from '../../scripts/kafka-distribution.ts'
import { javaTool, type ToolOptions, type ToolResult } from './java-tool.ts'

export interface RealKafka extends AsyncDisposable {
  readonly bootstrap: string
  /** Of the broker that runs now; undefined behind `kill`. */
  readonly pid: number | undefined
  /** End the broker as a crash would. */
  kill(): Promise<void>
  /** Start it again with its data, after `kill` or while it runs. */
  restart(): Promise<void>
  /** End it and delete its data. */
  stop(): Promise<void>
  /** Run one of Kafka's tools; `--bootstrap-server` is added. */
  tool(className: string, args: readonly string[], options?: ToolOptions): Promise<ToolResult>
}

export interface RealKafkaOptions {
  /** More lines for server.properties. */
  readonly properties?: Readonly<Record<string, string>>
}

const GRACE_MS = 20_000

export async function startKafka(options: RealKafkaOptions = {}): Promise<RealKafka> {
  const libs = await installKafka()
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-kafka-'))
  const [port, controllerPort] = await freePorts(2)
  await prepareNode(libs, { folder, port, controllerPort, properties: options.properties })
  let broker: ChildProcess | undefined

  const start = async () => {
    const fresh = spawnNode(libs, folder, false)
    broker = fresh
    await waitUntilReady(port, () => fresh.exitCode === null && fresh.signalCode === null)
  }
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const running = broker
    broker = undefined
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => running.kill('SIGKILL'), GRACE_MS)
      running.once('exit', () => {
        clearTimeout(force)
        resolve()
      })
      running.kill(signal)
    })
  }
  const onExit = () => broker?.kill('SIGKILL')
  const onSignal = (signal: NodeJS.Signals) => process.exit(signal === 'SIGINT' ? 130 : 143)
  process.on('exit', onExit)
  // A signal's default ends the process without its exit handlers.
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  const stop = async () => {
    // Its data goes away with it, so that a clean shutdown would be time for nothing.
    await end('SIGKILL')
    process.off('exit', onExit).off('SIGINT', onSignal).off('SIGTERM', onSignal)
    rmSync(folder, { recursive: true, force: true })
  }

  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  const bootstrap = `127.0.0.1:${port}`
  return {
    bootstrap,
    get pid() {
      return broker?.pid
    },
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM')
      await start()
    },
    stop,
    tool: (className, args, toolOptions) =>
      javaTool(libs, className, ['--bootstrap-server', bootstrap, ...args], toolOptions),
    [Symbol.asyncDispose]: stop,
  }
}
