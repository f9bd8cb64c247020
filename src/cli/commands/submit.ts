/** `rivulet submit --target flink FILE` */
import { fail } from '../../base/errors.ts'
import { submitToFlink } from '../../flink/target.ts'
import { submitToYarn } from '../../flink/yarn.ts'
import type { Command } from '../command.ts'
import { keyValues, packageFlags, packageOf } from './package.ts'

export const targetFlags = {
  target: { type: 'string', value: 'flink', help: 'What the job runs on.' },
  'flink-url': {
    type: 'string',
    value: 'URL',
    default: 'http://127.0.0.1:8081',
    help: "REST address of Flink's JobManager, by default http://127.0.0.1:8081.",
  },
} as const

export const submit: Command = {
  name: 'submit',
  usage: 'submit --target flink [--flink-url URL | --yarn] FILE.ts|FILE.sql [-- ARGS]',
  summary: 'Run a job on a cluster and follow it.',
  details: [
    'Prints the job id and the dashboard link; Ctrl-C stops following, the job goes on.',
    "With --yarn the flink program of FLINK_HOME or of the PATH starts a cluster for the job in YARN's application mode.",
  ].join('\n'),
  flags: {
    ...targetFlags,
    ...packageFlags,
    yarn: {
      type: 'boolean',
      help: 'Start the job as an application on YARN; needs a flink program and HADOOP_CONF_DIR.',
    },
    'yarn-option': {
      type: 'string',
      value: 'key=value',
      multiple: true,
      help: 'An option of the cluster that YARN starts, as flink run -D takes it; may be repeated.',
    },
    parallelism: { type: 'string', short: 'p', value: 'N', help: 'Parallelism of the job.' },
    'from-savepoint': { type: 'string', short: 's', value: 'PATH', help: 'Start from this savepoint.' },
    detached: { type: 'boolean', short: 'd', help: 'Return when the job has been started.' },
  },
  async run(call) {
    if (call.string('target') !== 'flink') {
      fail('CLI_USAGE', { detail: 'submit needs --target flink.', command: 'submit' })
    }
    const yarn = call.boolean('yarn')
    const options = keyValues(call, 'yarn-option', '--yarn-option', 'submit')
    const { jar, name } = await packageOf(call, 'submit')
    const submission = {
      jar,
      name,
      parallelism: call.count('parallelism'),
      savepoint: call.string('from-savepoint'),
      detached: call.boolean('detached'),
      signal: call.io.signal,
      out: call.io.out,
      err: call.io.err,
    }
    if (yarn) await submitToYarn({ ...submission, options, env: process.env })
    else await submitToFlink({ ...submission, url: call.string('flink-url') ?? targetFlags['flink-url'].default })
    return 0
  },
}
