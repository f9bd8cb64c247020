/**
 * Builds the jar that job jars are made from, as the content of its npm package. Needs java and mvn.
 *
 *     npm run build:flink-runtime
 *
 * The jars of V8 are nested as they are: a class loader of the whole JVM opens them, not that of a job.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unzipSync, zipSync } from 'fflate'

const PLATFORM = 'linux-x86_64'
const JAVET = '5.0.6'
const root = new URL('../', import.meta.url).pathname
const runtime = join(root, 'flink-runtime')
const out = join(runtime, 'npm', PLATFORM)
/** The jars of V8, copied by Maven, which alone knows where its repository is. */
const javet = join(runtime, 'target', 'javet')

execFileSync('mvn', ['-B', '-q', '-f', join(runtime, 'pom.xml'), 'package', '-DskipTests'], { stdio: 'inherit' })
for (const artifact of ['javet', `javet-v8-${PLATFORM}`]) {
  const copy = [`-Dartifact=com.caoccao.javet:${artifact}:${JAVET}`, `-DoutputDirectory=${javet}`]
  execFileSync('mvn', ['-B', '-q', 'dependency:copy', ...copy], { stdio: 'inherit' })
}
const stored = (path: string) => [new Uint8Array(readFileSync(path)), { level: 0 }] as [Uint8Array, { level: 0 }]
const classes = unzipSync(readFileSync(join(runtime, 'job/target/job-0.1.0.jar')))
const code = Object.entries(classes).filter(([name]) => name.endsWith('.class'))
mkdirSync(out, { recursive: true })
const jar = zipSync(
  {
    'META-INF/MANIFEST.MF': Buffer.from('Manifest-Version: 1.0\r\nMain-Class: rivulet.flink.JobMain\r\n\r\n'),
    ...Object.fromEntries(code),
    'rivulet/bridge/bridge.jar': stored(join(runtime, 'bridge/target/bridge-0.1.0.jar')),
    'rivulet/bridge/javet.jar': stored(join(javet, `javet-${JAVET}.jar`)),
    'rivulet/bridge/javet-native.jar': stored(join(javet, `javet-v8-${PLATFORM}-${JAVET}.jar`)),
  },
  { mtime: new Date(1980, 0, 1) },
)
writeFileSync(join(out, 'rivulet-flink-runtime.jar'), jar)
copyFileSync(join(root, 'LICENSE'), join(out, 'LICENSE'))
process.stdout.write(`${out}/rivulet-flink-runtime.jar ${(jar.length / 1e6).toFixed(1)} MB\n`)
