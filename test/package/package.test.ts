/**
 * The package as users get it: packed, installed into an empty folder, run on the oldest and the newest Node.
 */
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type RunningBroker, startBroker } from '../../src/kafka/broker/index.ts'
import {
  assertPaymentResults,
  createPaymentTopics,
  paymentEvents,
  produceEvents,
  readTopic,
} from '../harness/payment.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const OLDEST = '22.22.0'
const TOO_OLD = '20.19.0'
const NEWEST = 'latest'
const MEGABYTE = 1_000_000

let work: string
let tarball: string
let broker: RunningBroker

function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', [...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** An empty folder with the package in it; `type` of its package.json is what `npm init -y` writes. */
function install(name: string): string {
  const folder = join(work, name)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', type: 'commonjs' }))
  npm(['install', '--no-audit', '--no-fund', '--omit=dev', tarball], folder)
  return folder
}

/** The `node` program of a version, from the package of that name. */
function nodeOf(version: string): string {
  const folder = join(work, `node-${version}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"name":"n","version":"1.0.0","allowScripts":{"node":true}}')
  npm(['install', '--no-audit', '--no-fund', `node@${version}`], folder)
  return join(folder, 'node_modules', '.bin', 'node')
}

/** Bytes of the files of a folder; a file with several names (hard links) once, links not at all. */
function sizeOf(folder: string): number {
  const files = new Map<number, number>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = lstatSync(join(folder, name))
    if (file.isFile()) files.set(file.ino, file.size)
  }
  return [...files.values()].reduce((sum, size) => sum + size, 0)
}

before(async () => {
  work = mkdtempSync(join(tmpdir(), 'rivulet-package-'))
  const [packed] = JSON.parse(npm(['pack', '--json', '--pack-destination', work], root).replace(/^[^[]*/, ''))
  tarball = join(work, packed.filename)
  broker = await startBroker()
})
after(async () => {
  await broker.close()
  rmSync(work, { recursive: true, force: true })
})

describe('the published package', () => {
  it('holds what it should and nothing else', () => {
    const files = execFileSync('tar', ['tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
    for (const wanted of [
      'package/dist/index.js',
      'package/dist/index.d.ts',
      'package/dist/cli/bin.js',
      'package/LICENSE',
      'package/NOTICE',
    ]) {
      assert.ok(files.includes(wanted), `${wanted} is missing`)
    }
    const strange = files.filter(
      (file) => !/^package\/(dist\/|LICENSE|NOTICE|README|CHANGELOG|package\.json)/.test(file),
    )
    assert.deepEqual(strange, [])
  })

  it('is correct for publint and attw', () => {
    for (const [command, ...args] of [
      ['publint', '--strict', tarball],
      ['attw', tarball, '--profile', 'esm-only'],
    ]) {
      const { status, stdout, stderr } = spawnSync(join(root, 'node_modules', '.bin', command), args, {
        encoding: 'utf8',
        cwd: root,
      })
      assert.equal(status, 0, `${command}:\n${stdout}${stderr}`)
    }
  })

  it('takes less than 30 MB with its dependencies, and under 100 ms of CPU to import', () => {
    const folder = install('size')
    const megabytes = sizeOf(join(folder, 'node_modules')) / MEGABYTE
    assert.ok(megabytes < 30, `${megabytes.toFixed(1)} MB`)
    // The least of several imports: noise only adds. What an empty module costs is the process's own start.
    const cost = (code: string) => {
      const measure = `${code}; const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)`
      const runs = Array.from({ length: 7 }, () =>
        Number(
          execFileSync(process.execPath, ['--input-type=module', '-e', measure], { cwd: folder, encoding: 'utf8' }),
        ),
      )
      return Math.min(...runs)
    }
    const milliseconds = cost("await import('rivulet')") - cost('')
    console.log(`package with dependencies: ${megabytes.toFixed(1)} MB; import: ${milliseconds.toFixed(0)} ms of CPU`)
  })

  it('serves cluster, SQL sessions and dashboard from nothing but itself', async () => {
    const folder = install('server')
    const bin = join(folder, 'node_modules', 'rivulet', 'dist', 'cli', 'bin.js')
    const data = join(folder, 'data')
    const server = spawn(process.execPath, [bin, 'server', '--port', '0', '--data', data], { stdio: 'pipe' })
    try {
      const address = join(data, 'server.json')
      while (!existsSync(address)) {
        assert.equal(server.exitCode, null, String(server.stderr.read()))
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      const { url } = JSON.parse(readFileSync(address, 'utf8'))
      assert.match(await (await fetch(url)).text(), /<script type="module"/)
      const headers = { 'content-type': 'application/json' }
      const session = await fetch(`${url}/v3/sessions`, { method: 'POST', headers, body: '{}' })
      assert.match(await session.text(), /sessionHandle/)
      const file = join(folder, 'job.sql')
      writeFileSync(
        file,
        "CREATE TABLE sink (n INT) WITH ('connector' = 'blackhole'); INSERT INTO sink VALUES (1), (2), (3);",
      )
      const submitted = spawnSync(process.execPath, [bin, 'submit', '--data', data, file], { encoding: 'utf8' })
      assert.match(submitted.stdout, /FINISHED/, submitted.stdout + submitted.stderr)
      assert.match(await (await fetch(`${url}/metrics`)).text(), /flink_jobmanager_numRunningJobs\{host="[^"]+"\} 0/)
    } finally {
      const gone = once(server, 'exit')
      server.kill('SIGTERM')
      await gone
    }
  })

  it('says one sentence under an older Node', () => {
    const folder = install('old')
    const bin = join(folder, 'node_modules', 'rivulet', 'dist', 'cli', 'bin.js')
    const { status, stderr } = spawnSync(nodeOf(TOO_OLD), [bin, '--version'], { encoding: 'utf8' })
    assert.equal(status, 2)
    assert.match(stderr, /^rivulet needs Node 22\.22 or newer; this is Node 20\.19\.0\.\n$/)
  })

  for (const version of [OLDEST, NEWEST]) {
    it(`runs the payment job on Node ${version}`, async () => {
      const node = nodeOf(version)
      const folder = install(`job-${version}`)
      cpSync(join(root, 'examples', 'payment'), join(folder, 'payment'), { recursive: true })
      const bin = join(folder, 'node_modules', 'rivulet', 'dist', 'cli', 'bin.js')
      for (const [index, file] of ['job.ts', 'job.sql', 'job-pyflink-style.ts'].entries()) {
        const topics = { source: `package_${version}_${index}`, sink: `package_${version}_${index}_results` }
        await createPaymentTopics(broker.bootstrap, topics, 1)
        await produceEvents(broker.bootstrap, topics.source, paymentEvents)
        const args = ['--kafka-servers', broker.bootstrap, '--source-topic', topics.source, '--sink-topic', topics.sink]
        // Asynchronous: the broker lives in this process.
        const { code, output } = await runAsync(
          node,
          [bin, 'run', `payment/${file}`, '--', ...args, '--startup', 'earliest', '--bounded'],
          folder,
        )
        assert.equal(code, 0, output)
        assertPaymentResults(await readTopic(broker.bootstrap, topics.sink), true, file === 'job-pyflink-style.ts')
      }
    })
  }
})

describe('the lock file', () => {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')

  it('names no registry', () => {
    // The dashboard, a folder of the workspace, is the one thing that is resolved.
    assert.doesNotMatch(lock, /"resolved": "(?!dashboard")/)
  })

  it('lists the optional packages of every platform', () => {
    for (const name of [
      '@esbuild/linux-x64',
      '@esbuild/darwin-arm64',
      '@esbuild/win32-x64',
      '@biomejs/cli-linux-x64-musl',
      '@biomejs/cli-win32-x64',
    ]) {
      assert.ok(lock.includes(`"node_modules/${name}"`), `${name} is missing`)
    }
  })

  for (const version of ['11', '12']) {
    it(`npm ci passes under npm ${version}`, () => {
      const folder = join(work, `ci-${version}`)
      mkdirSync(folder)
      for (const file of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(root, file), join(folder, file))
      const { status, stdout, stderr } = spawnSync(
        'npx',
        ['--yes', `npm@${version}`, 'ci', '--no-audit', '--no-fund'],
        {
          cwd: folder,
          encoding: 'utf8',
          env: { ...process.env, PATH: `${join(nodeOf(OLDEST), '..')}:${process.env.PATH}` },
        },
      )
      assert.equal(status, 0, `${stdout}${stderr}`)
      const node = spawnSync(join(folder, 'node_modules', '.bin', 'node'), ['--version'], { encoding: 'utf8' })
      assert.match(node.stdout, /^v2[4-9]\./, `the repository's own Node does not run: ${node.stderr}`)
    })
  }
})

async function runAsync(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number; output: string }> {
  const { spawn } = await import('node:child_process')
  const child = spawn(command, [...args], { cwd })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code: code ?? 1, output })))
}
