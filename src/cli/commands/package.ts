/** `rivulet package FILE -o job.jar` */
import { writeFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { fail } from '../../base/errors.ts'
import { type FunctionHost, functionHosts } from '../../flink/bundle.ts'
import { kubernetesManifest } from '../../flink/kubernetes.ts'
import { type Dialect, dialects } from '../../flink/parity.ts'
import type { Call, Command, Flag } from '../command.ts'
import { packageFile } from '../package-file.ts'
import { definitions } from './session-flags.ts'

export const packageFlags: Readonly<Record<string, Flag>> = {
  define: {
    type: 'string',
    short: 'D',
    value: 'key=value',
    multiple: true,
    help: "An option of the job, as SET 'key' = 'value' would give it; may be repeated.",
  },
  platform: { type: 'string', value: 'NAME', help: 'Platform of the cluster, by default linux-x86_64.' },
  jar: {
    type: 'string',
    value: 'FILE|G:A:V',
    multiple: true,
    help: 'A connector jar that the cluster lacks: a file, or coordinates of the local Maven repository; may be repeated.',
  },
  functions: {
    type: 'string',
    value: 'v8|node',
    help: 'What runs functions: V8 inside the TaskManager, by default, or processes of Node beside it, which the cluster must have.',
  },
  node: {
    type: 'string',
    value: 'PATH',
    help: "With --functions node: Node's program on the cluster, by default node.",
  },
  dialect: {
    type: 'string',
    value: 'NAME',
    help: `Tell also what will not run on a managed service: ${dialects.join(' or ')}.`,
  },
  strict: { type: 'boolean', help: 'Fail when anything in the job differs on Flink.' },
}

function dialectOf(call: Call, command: string): Dialect | undefined {
  const name = call.string('dialect')
  const dialect = dialects.find((each) => each === name)
  if (name !== undefined && dialect === undefined) {
    fail('CLI_USAGE', { detail: `--dialect takes ${dialects.join(' or ')}, found '${name}'.`, command })
  }
  return dialect
}

function hostOf(call: Call, command: string): FunctionHost {
  const name = call.string('functions') ?? 'v8'
  const host = functionHosts.find((each) => each === name)
  if (host === undefined) {
    const detail = `--functions takes ${functionHosts.join(' or ')}, found '${name}'.`
    return fail('CLI_USAGE', { detail, command })
  }
  if (host === 'v8' && call.string('node') !== undefined)
    fail('CLI_USAGE', { detail: '--node needs --functions node.', command })
  return host
}

export async function packageOf(call: Call, command: string) {
  const [file, ...more] = call.positionals
  if (file === undefined) fail('CLI_USAGE', { detail: 'Which file is to be packaged?', command })
  if (more.length > 0) fail('CLI_USAGE', { detail: `One file at a time, found also '${more[0]}'.`, command })
  const configuration = definitions(call, command)
  const packed = await packageFile(file, {
    args: call.rest,
    signal: call.io.signal,
    configuration,
    platform: call.string('platform'),
    jars: call.strings('jar'),
    strict: call.boolean('strict'),
    dialect: dialectOf(call, command),
    host: hostOf(call, command),
    node: call.string('node'),
  })
  for (const finding of packed.recording.findings) call.io.err(`On Flink: ${finding}`)
  return { ...packed, name: `${basename(file, extname(file))}.jar` }
}

export const packageCommand: Command = {
  name: 'package',
  usage: 'package FILE.ts|FILE.sql -o JOB.jar [--k8s] [-D key=value]… [-- ARGS]',
  summary: 'Make a job jar for Apache Flink; needs neither Java nor Maven.',
  details: [
    'The statements of FILE run once, now, with ARGS; the jar holds them and the functions, for flink run or rivulet submit.',
    'What differs on Flink is told; with --strict it is an error.',
  ].join('\n'),
  flags: {
    ...packageFlags,
    output: { type: 'string', short: 'o', value: 'JOB.jar', help: "The jar's file, by default the job's name." },
    k8s: { type: 'boolean', help: 'Write JOB.yaml beside it: a FlinkDeployment for the Kubernetes operator.' },
    'k8s-image': {
      type: 'string',
      value: 'IMAGE',
      help: 'Image of the FlinkDeployment, by default flink:VERSION-java17.',
    },
    'k8s-jar': {
      type: 'string',
      value: 'URI',
      help: 'Where the job jar is for the operator, by default in /opt/flink/usrlib of the image.',
    },
    'flink-version': {
      type: 'string',
      value: 'VERSION',
      help: 'Flink of the FlinkDeployment, 2.0 to 2.3, by default 2.3.',
    },
    parallelism: { type: 'string', short: 'p', value: 'N', help: 'Parallelism in the FlinkDeployment, by default 1.' },
  },
  async run(call) {
    const { jar, recording, name } = await packageOf(call, 'package')
    const output = call.string('output') ?? name
    await writeFile(output, jar)
    call.io.out(`${output}  ${(jar.length / 1e6).toFixed(1)} MB`)
    if (call.boolean('k8s')) {
      const manifest = output.replace(/(\.jar)?$/, '.yaml')
      const text = kubernetesManifest({
        jar: basename(output),
        uri: call.string('k8s-jar'),
        image: call.string('k8s-image'),
        version: call.string('flink-version'),
        parallelism: call.count('parallelism'),
        options: recording.options,
      })
      await writeFile(manifest, text)
      call.io.out(manifest)
    }
    call.io.out(`connectors that the cluster needs: ${[...recording.connectors].join(', ')}`)
    return 0
  },
}
