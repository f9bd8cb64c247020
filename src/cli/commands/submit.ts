/** `rivulet submit --target flink FILE` */
import { fail } from '../../base/errors.ts'
import { submitToFlink } from '../../flink/target.ts'
import type { Command } from '../command.ts'
import { packageFlags, packageOf } from './package.ts'

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
  usage: 'submit --target flink [--flink-url URL] FILE.ts|FILE.sql [-- ARGS]',
  summary: 'Run a job on a cluster and follow it.',
  details: 'Prints the job id and the dashboard link; Ctrl-C stops following, the job goes on.',
  flags: {
    ...targetFlags,
    ...packageFlags,
    parallelism: { type: 'string', short: 'p', value: 'N', help: 'Parallelism of the job.' },
    'from-savepoint': { type: 'string', short: 's', value: 'PATH', help: 'Start from this savepoint.' },
    detached: { type: 'boolean', short: 'd', help: 'Return when the job has been started.' },
  },
  async run(call) {
    if (call.string('target') !== 'flink') {
      fail('CLI_USAGE', { detail: 'submit needs --target flink.', command: 'submit' })
    }
    const { jar, name } = await packageOf(call, 'submit')
    await submitToFlink({
      url: call.string('flink-url') ?? targetFlags['flink-url'].default,
      jar,
      name,
      parallelism: call.count('parallelism'),
      savepoint: call.string('from-savepoint'),
      detached: call.boolean('detached'),
      signal: call.io.signal,
      out: call.io.out,
      err: call.io.err,
    })
    return 0
  },
}
