/** Runs one of Kafka's command-line tools and gives back what it printed. */
import { spawn } from 'node:child_process'
import { javaOptions } from '../../scripts/kafka-distribution.ts'

export interface ToolResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ToolOptions {
  /** Text for the tool's input, which is closed after it. */
  readonly input?: string
  /** Milliseconds after which the tool is ended; 60000. */
  readonly timeoutMs?: number
}

export function javaTool(
  libs: string,
  className: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const tool = spawn('java', [...javaOptions(libs, '512m'), className, ...args], { stdio: 'pipe' })
    let stdout = ''
    let stderr = ''
    tool.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    tool.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const timer = setTimeout(() => tool.kill('SIGKILL'), options.timeoutMs ?? 60_000)
    tool.on('error', reject)
    tool.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, stdout, stderr })
    })
    tool.stdin.on('error', () => {}) // the tool may end without reading its input
    tool.stdin.end(options.input ?? '')
  })
}
