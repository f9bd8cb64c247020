/** `rivulet submit FILE`, to a server or with `--target flink` to a Flink cluster */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { fail, fromErrorJson, type RivuletErrorJson } from '../../base/errors.ts'
import { submitToFlink } from '../../flink/target.ts'
import { submitToYarn } from '../../flink/yarn.ts'
import type { SubmitRequest } from '../../server/api-types.ts'
import type { ServerClient } from '../../server/client.ts'
import { bundle } from '../bundle.ts'
import type { Call, Command } from '../command.ts'
import { scriptFlags, substitute } from '../script-variables.ts'
import { clientOf, durationText, paint, printJson, serverFlags, stateText } from '../server-flags.ts'
import { flinkUrl, targetFlags } from '../target.ts'
import { packageFlags, packageOf } from './package.ts'
import { definitions, keyValues } from './session-flags.ts'

export const submit: Command = {
  name: 'submit',
  usage: 'submit FILE.ts|FILE.sql [-d] [-p N] [-s SAVEPOINT] [-D key=value]… [-- ARGS]',
  summary: 'Hand a job to the server; wait for its end, or with -d only until it runs.',
  details: [
    'One file is one job. Ctrl-C leaves the job running. Exit code: 0 done, 1 the job failed, 2 it was refused.',
    'With --target flink the job is packaged as rivulet package does it and runs on that cluster; with --yarn the flink program of',
    "FLINK_HOME or of the PATH starts a cluster for it in YARN's application mode.",
  ].join('\n'),
  flags: {
    detached: { type: 'boolean', short: 'd', help: 'Do not wait for the end.' },
    parallelism: { type: 'string', short: 'p', value: 'N', help: 'Its parallelism: that many slots.' },
    'from-savepoint': { type: 'string', short: 's', value: 'FOLDER', help: 'Start from this savepoint.' },
    name: { type: 'string', value: 'NAME', help: 'The name of the job; no other running job may have it.' },
    ...serverFlags,
    ...targetFlags,
    ...packageFlags,
    yarn: {
      type: 'boolean',
      help: 'With --target flink: start the job as an application on YARN; needs a flink program and HADOOP_CONF_DIR.',
    },
    'yarn-option': {
      type: 'string',
      value: 'key=value',
      multiple: true,
      help: 'An option of the cluster that YARN starts, as flink run -D takes it; may be repeated.',
    },
  },
  async run(call) {
    const flink = flinkUrl(call, 'submit')
    if (flink !== undefined) return submitOnFlink(flink, call)
    const [file, ...more] = call.positionals
    if (file === undefined) fail('CLI_USAGE', { detail: 'Which file is to be submitted?', command: 'submit' })
    if (more.length > 0) {
      const detail = `One file at a time, found also '${more[0]}'. Arguments of the job stand behind --.`
      fail('CLI_USAGE', { detail, command: 'submit' })
    }
    const client = clientOf(call)
    const { jobid } = await client.submit(await requestOf(file, call))
    return follow(client, jobid, call)
  },
}

async function submitOnFlink(url: string, call: Call): Promise<number> {
  const options = keyValues(call, 'yarn-option', '--yarn-option', 'submit')
  const { jar, name } = await packageOf(call, 'submit')
  const { signal, out, err } = call.io
  const submission = {
    jar,
    name,
    parallelism: call.count('parallelism'),
    savepoint: call.string('from-savepoint'),
    detached: call.boolean('detached'),
    signal,
    out,
    err,
  }
  if (call.boolean('yarn')) await submitToYarn({ ...submission, options, env: process.env })
  else await submitToFlink({ ...submission, url })
  return 0
}

async function requestOf(file: string, call: Call): Promise<SubmitRequest> {
  if (!existsSync(file)) fail('CLI_NO_SUCH_FILE', { file })
  const sql = extname(file) === '.sql'
  const text = sql
    ? substitute(readFileSync(file, 'utf8'), scriptFlags(call.rest), ['kafka-zookeeper-servers'])
    : (await bundle(file)).code
  const savepoint = call.string('from-savepoint')
  return {
    kind: sql ? 'sql' : 'module',
    text,
    file,
    folder: dirname(resolve(file)),
    args: call.rest,
    name: call.string('name'),
    configuration: definitions(call, 'submit'),
    parallelism: call.count('parallelism'),
    savepoint: savepoint === undefined || savepoint.startsWith('file:') ? savepoint : resolve(savepoint),
  }
}

/** Wait until the job runs (`-d`) or has ended. */
async function follow(client: ServerClient, id: string, call: Call): Promise<number> {
  const { io } = call
  const json = call.boolean('json')
  let last = ''
  for (;;) {
    const details = await client.details(id)
    const { state } = details
    if (state !== last && !json) io.out(`${stateText(state, io.terminal)} ${id}  ${details.name}`)
    last = state
    const ended = details['end-time'] !== -1
    const waits = state === 'INITIALIZING'
    if (ended || (call.boolean('detached') && !waits)) {
      if (json) printJson(call, { jobid: id, name: details.name, state })
      if (state === 'FAILED') {
        const [entry] = await client.exceptions(id)
        if (entry?.rivulet !== undefined) throw fromErrorJson(entry.rivulet as RivuletErrorJson)
        return 1
      }
      if (ended && !json) io.out(`after ${durationText(details.duration)}`)
      return 0
    }
    if (io.signal.aborted) {
      io.err(paint('90', `The job goes on: rivulet cancel ${id.slice(0, 8)}`, io.terminal))
      return 0
    }
    await new Promise((resolve) => setTimeout(resolve, waits ? 100 : 500))
  }
}
