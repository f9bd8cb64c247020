/** `rivulet list|cancel|savepoint|stop --target flink` */
import { fail } from '../../base/errors.ts'
import { cancelFlinkJob, flinkSavepoint, listFlinkJobs } from '../../flink/target.ts'
import type { Call, Command } from '../command.ts'
import { targetFlags } from './submit.ts'

function urlOf(call: Call, command: string): string {
  if (call.string('target') !== 'flink') fail('CLI_USAGE', { detail: `${command} needs --target flink.`, command })
  return call.string('flink-url') ?? targetFlags['flink-url'].default
}

function jobOf(call: Call, command: string): string {
  const [job] = call.positionals
  return job ?? fail('CLI_USAGE', { detail: 'Which job? Give its id.', command })
}

const list: Command = {
  name: 'list',
  usage: 'list --target flink [--flink-url URL]',
  summary: 'List the jobs of a cluster.',
  flags: targetFlags,
  async run(call) {
    await listFlinkJobs(urlOf(call, 'list'), call.io.out)
    return 0
  },
}

const cancel: Command = {
  name: 'cancel',
  usage: 'cancel --target flink [--flink-url URL] JOB',
  summary: 'Cancel a job of a cluster.',
  flags: targetFlags,
  async run(call) {
    await cancelFlinkJob(urlOf(call, 'cancel'), jobOf(call, 'cancel'), call.io.out)
    return 0
  },
}

const toFolder = {
  to: {
    type: 'string',
    value: 'FOLDER',
    help: "Where to, by default the cluster's execution.checkpointing.savepoint-dir.",
  },
} as const

const savepoint: Command = {
  name: 'savepoint',
  usage: 'savepoint --target flink [--flink-url URL] JOB [--to FOLDER]',
  summary: 'Take a savepoint of a job that goes on.',
  flags: { ...targetFlags, ...toFolder },
  async run(call) {
    const url = urlOf(call, 'savepoint')
    await flinkSavepoint(url, jobOf(call, 'savepoint'), call.string('to'), false, call.io.out)
    return 0
  },
}

const stop: Command = {
  name: 'stop',
  usage: 'stop --target flink [--flink-url URL] JOB [--to FOLDER]',
  summary: 'Stop a job with a savepoint.',
  flags: { ...targetFlags, ...toFolder },
  async run(call) {
    const url = urlOf(call, 'stop')
    await flinkSavepoint(url, jobOf(call, 'stop'), call.string('to'), true, call.io.out)
    return 0
  },
}

export const flinkJobs: readonly Command[] = [list, cancel, savepoint, stop]
