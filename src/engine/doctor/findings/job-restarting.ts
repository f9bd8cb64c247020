/** The job fails and is started again, or has ended with an error: nothing else matters as much. */
import { at, many, span } from '../chart.ts'
import type { Rule } from '../finding.ts'

export const jobRestarting: Rule = ({ job, now }) => {
  const [newest] = job.exceptions
  const failed = job.status === 'FAILED'
  if (newest === undefined || (!failed && job.restarts === 0 && job.status !== 'RESTARTING')) return []
  const name = newest.code === undefined ? newest.message : `${newest.code}: ${newest.message}`
  const waits = job.status === 'RESTARTING' ? ' It waits for the next attempt now.' : ''
  const none = job.checkpoints.completed === 0 ? ' There is no checkpoint yet: every attempt begins anew.' : ''
  // A restart that has held for long is history.
  const recent = failed || job.status === 'RESTARTING' || now - newest.at < 10 * 60_000
  return [
    {
      code: failed ? 'JOB_FAILED' : 'JOB_RESTARTING',
      severity: recent ? 'error' : 'info',
      title: failed
        ? 'The job has ended with an error'
        : `The job was started again after ${many(job.restarts, 'failure')}`,
      detail: `${name} (${span(now - newest.at)} ago).${waits}${none}`,
      evidence: {
        restarts: job.restarts,
        lastFailure: at(newest.at),
        ...(newest.code !== undefined && { error: newest.code }),
        ...(newest.restartAfter !== undefined && { restartAfterMs: newest.restartAfter }),
        checkpointsCompleted: job.checkpoints.completed,
      },
      span: newest.span,
      fix:
        newest.hint ??
        'Remove the cause that the error names; `jobClient.exceptions()` has all of them with their stacks.',
    },
  ]
}
