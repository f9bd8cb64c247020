/**
 * What a call of a function, INT to INT, costs on Apache Flink, one row at a time: TypeScript on the V8 bridge beside the same function in Java
 * and in Python (PyFlink's process mode), in one cluster, one slot. Needs java, javac and what `scripts/flink-home.sh` installs.
 *
 * `node --conditions=rivulet-source bench/flink-udf.ts [rows of V8 and Java] [rows of PyFlink] [jobs]`
 *
 * A job is a Kafka topic of 4-byte integers → function → blackhole. Calls per second are by the clock of the job's one task; cost per row is CPU of the
 * TaskManager and its Python processes, of which 'none' is the job without a function. Both are the difference between a job of all rows and
 * one of a fifth, the best of each (two), so that starting (seconds of CPU for Python) is not in them; before them a job to warm up.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { flinkHome, flinkLibs } from '../scripts/flink-distribution.ts'
import { nodeHost } from '../src/base/node-host.ts'
import { FlinkCluster } from '../src/flink/rest.ts'
import { createTopics, KafkaClient, KafkaProducer } from '../src/kafka/index.ts'
import { runCli } from '../test/harness/cli.ts'
import { startFlink } from '../test/harness/real-flink.ts'
import { startKafka } from '../test/harness/real-kafka.ts'

const ROWS = Number(process.argv[2] ?? 2_000_000)
const PYTHON_ROWS = Number(process.argv[3] ?? 500_000)
const ROUNDS = Number(process.argv[4] ?? 2)
const OVER_JAVA = 3
const OVER_PYTHON = 5
const folder = mkdtempSync(join(tmpdir(), 'rivulet-bench-'))
const here = new URL('./flink-udf/', import.meta.url).pathname
const CLOCK_TICK_NS = 1e9 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

type Language = 'none' | 'TypeScript' | 'Java' | 'Python'
/** Four bytes a row. Kafka's source runs in the task's thread; `datagen` is of the old kind, with a thread of its own. */
async function fillTopic(rows: number): Promise<void> {
  const topic = `rows_${rows}`
  const client = new KafkaClient(nodeHost, { 'bootstrap.servers': kafka.bootstrap })
  await createTopics(client, [{ name: topic, partitions: 1 }])
  const producer = new KafkaProducer(client)
  const writer = await producer.topic(topic)
  const value = Buffer.alloc(4)
  const now = Date.now()
  for (let i = 0; i < rows; i++) {
    value.writeInt32BE(i % 1_000_000)
    writer.append(0, now, null, 0, 0, value, 0, 4)
    if (producer.full) await producer.writable()
  }
  await producer.flush()
  producer.close()
  await client.close()
}

const statements = (language: Language, rows: number) => [
  `CREATE TEMPORARY TABLE source (n INT) WITH ('connector' = 'kafka', 'format' = 'raw', 'topic' = 'rows_${rows}',
    'properties.bootstrap.servers' = '${kafka.bootstrap}', 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset')`,
  `CREATE TEMPORARY TABLE sink (v INT) WITH ('connector' = 'blackhole')`,
  `INSERT INTO sink SELECT ${language === 'none' ? 'n' : 'numeric_call(n)'} FROM source`,
]

/** CPU of a process and of those that it started, by process, as far as they live; a later reading keeps what has ended. */
class CpuOfTree {
  readonly #ticks = new Map<number, number>()
  readonly #root: number
  constructor(root: number) {
    this.#root = root
    this.read()
  }
  read(): number {
    const parents = new Map<number, number>()
    const ticks = new Map<number, number>()
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue
      let stat: string
      try {
        stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      } catch {
        continue // It has ended since the list was made.
      }
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      parents.set(Number(name), Number(fields[1]))
      ticks.set(Number(name), Number(fields[11]) + Number(fields[12]))
    }
    for (const [pid, used] of ticks) {
      let at: number | undefined = pid
      while (at !== undefined && at !== this.#root) at = parents.get(at)
      if (at === this.#root) this.#ticks.set(pid, used)
    }
    return [...this.#ticks.values()].reduce((sum, each) => sum + each, 0) * CLOCK_TICK_NS
  }
}

const kafka = await startKafka()
const flink = await startFlink(1)
const cluster = new FlinkCluster(flink.url)

function javaJar(): Uint8Array {
  const classes = join(folder, 'classes')
  mkdirSync(classes)
  execFileSync('javac', ['-cp', join(flinkLibs(), '*'), '-d', classes, join(here, 'JavaJob.java')], {
    stdio: 'inherit',
  })
  const files = readdirSync(classes).map((name) => [name, new Uint8Array(readFileSync(join(classes, name)))] as const)
  return zipSync({
    'META-INF/MANIFEST.MF': Buffer.from('Manifest-Version: 1.0\r\nMain-Class: JavaJob\r\n\r\n'),
    ...Object.fromEntries(files),
  })
}
const javaJob = await cluster.upload(javaJar(), 'java-job.jar')
const python = flinkHome('python')
const opt = join(flinkHome(), 'opt')
const pythonJar = join(opt, readdirSync(opt).find((name) => /^flink-python-.*\.jar$/.test(name)) ?? 'flink-python.jar')

async function start(language: Language, sql: readonly string[]): Promise<string> {
  if (language === 'Java') {
    const body = JSON.stringify({ programArgsList: sql })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${flink.url}/jars/${javaJob}/run`, { method: 'POST', body, headers })
    if (!answer.ok) throw new Error(await answer.text())
    return ((await answer.json()) as { jobid: string }).jobid
  }
  if (language === 'Python') {
    const { hostname, port } = new URL(flink.url)
    const args = [join(here, 'python_job.py'), hostname, port, `file://${pythonJar}`, ...sql]
    const child = spawn(python, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, FLINK_HOME: flinkHome() },
    })
    let out = ''
    for await (const chunk of child.stdout) {
      out += chunk
      const id = /JobID ([0-9a-f]{32})/.exec(out)?.[1]
      if (id !== undefined) return id
    }
    throw new Error(`PyFlink started no job:\n${out}`)
  }
  const submit = [
    'submit',
    '--target',
    'flink',
    '--flink-url',
    flink.url,
    '--detached',
    join(here, 'job.ts'),
    '--',
    ...sql,
  ]
  const { out, err } = await runCli(submit)
  return /^Job ([0-9a-f]{32})$/m.exec(out)?.[1] ?? Promise.reject(new Error(err))
}

interface Measured {
  readonly perSecond: number
  readonly cpuNs: number
}

/** A whole job: its task's milliseconds, and nanoseconds of CPU. */
async function measure(language: Language, rows: number): Promise<{ readonly millis: number; readonly cpu: number }> {
  const cpu = new CpuOfTree(flink.taskManager)
  const before = cpu.read()
  const sampling = setInterval(() => cpu.read(), 200)
  try {
    const id = await start(language, statements(language, rows))
    const state = await cluster.follow(id, (causes) => process.stderr.write(`${causes}\n`))
    if (state !== 'FINISHED') throw new Error(`${language}: ${state}`)
    const job = (await (await fetch(`${flink.url}/jobs/${id}`)).json()) as { vertices: { duration: number }[] }
    const millis = Math.max(...job.vertices.map(({ duration }) => duration))
    return { millis, cpu: cpu.read() - before }
  } finally {
    clearInterval(sampling)
  }
}

async function best(language: Language): Promise<Measured> {
  const rows = language === 'Python' ? PYTHON_ROWS : ROWS
  const few = rows / 5
  await measure(language, language === 'Python' ? few : rows)
  const least = async (count: number) => {
    const all = []
    for (let round = 0; round < ROUNDS; round++) all.push(await measure(language, count))
    return { millis: Math.min(...all.map(({ millis }) => millis)), cpu: Math.min(...all.map(({ cpu }) => cpu)) }
  }
  const [small, whole] = [await least(few), await least(rows)]
  const found = {
    perSecond: ((rows - few) * 1000) / (whole.millis - small.millis),
    cpuNs: (whole.cpu - small.cpu) / (rows - few),
  }
  const text = `${(found.perSecond / 1000).toFixed(0).padStart(7)} k calls/s  ${found.cpuNs.toFixed(0).padStart(6)} ns of CPU per row`
  process.stdout.write(`${language.padEnd(11)} ${text}\n`)
  return found
}

try {
  for (const rows of new Set([ROWS, ROWS / 5, PYTHON_ROWS, PYTHON_ROWS / 5])) await fillTopic(rows)
  const none = await best('none')
  const java = await best('Java')
  const own = await best('TypeScript')
  const pyflink = await best('Python')
  const overJava = own.cpuNs / java.cpuNs
  const overPython = pyflink.cpuNs / own.cpuNs
  const told = (met: boolean) => (met ? 'met' : 'MISSED')
  process.stdout.write(
    `a row with TypeScript costs ${overJava.toFixed(2)} × one with Java (aim: at most ${OVER_JAVA}: ${told(overJava <= OVER_JAVA)})\n` +
      `a row with PyFlink costs ${overPython.toFixed(1)} × one with TypeScript (aim: at least ${OVER_PYTHON}: ${told(overPython >= OVER_PYTHON)})\n` +
      `the call alone: TypeScript ${(own.cpuNs - none.cpuNs).toFixed(0)} ns, Java ${(java.cpuNs - none.cpuNs).toFixed(0)} ns\n`,
  )
} finally {
  flink.stop()
  await kafka.stop()
  rmSync(folder, { recursive: true, force: true })
}
