/**
 * `npm run bench -- NAME [ARGS]` runs `bench/NAME.ts` and adds what it prints to `bench/RESULTS.md`, with the date, the
 * versions and the load of the machine before it began. Without a name: the list.
 *
 * Figures are CPU-seconds (user + system) of the process that is measured and ratios within one run: machines are shared.
 */
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, readdirSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { version } from '../src/cli/version.ts'

const folder = new URL('./', import.meta.url)
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts' && !file.endsWith('.part.ts'))
  .map((file) => file.replace(/\.ts$/, ''))
const [name, ...args] = process.argv.slice(2)

if (name === undefined || !names.includes(name)) {
  process.stdout.write(`usage: npm run bench -- NAME [ARGS]\nnames: ${names.join(', ')}\n`)
  process.exit(name === undefined ? 0 : 2)
}

const load = loadavg()
  .map((value) => value.toFixed(2))
  .join(' ')
const title = `## ${[name, ...args].join(' ')} · ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`
const machine = `Rivulet ${version}, Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, load before ${load}`
process.stdout.write(`${title}\n\n${machine}\n\n`)

const child = spawn(
  process.execPath,
  ['--conditions=rivulet-source', new URL(`${name}.ts`, folder).pathname, ...args],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
)
let output = ''
child.stdout.on('data', (chunk: Buffer) => {
  output += chunk
  process.stdout.write(chunk)
})
const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)))
if (code === 0) {
  const results = new URL('RESULTS.md', folder)
  if (!existsSync(results)) appendFileSync(results, '# Results\n\nWhat `npm run bench -- NAME` printed, newest last.\n')
  appendFileSync(results, `\n${title}\n\n${machine}\n\n\`\`\`\n${output.trimEnd()}\n\`\`\`\n`)
}
process.exitCode = code
