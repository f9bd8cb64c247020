/** Why the job failed: the error, its place in the SQL, what to do, and the user's stack. */
import type { JobExceptions } from '../../../src/server/api-types.ts'
import { usePoll } from '../api.ts'
import { time } from '../format.ts'
import { useText } from '../i18n.ts'
import type { PanelProps } from '../job-page.tsx'
import { Empty, Loading, Problem, Snippet, State } from '../ui.tsx'

export function ExceptionsPanel({ job }: PanelProps) {
  const t = useText()
  const { data, error } = usePoll<JobExceptions>(`/jobs/${job.jid}/exceptions`)
  const entries = data?.exceptionHistory.entries
  return (
    <>
      <Problem error={error} />
      {entries === undefined && error === undefined && <Loading />}
      {entries?.length === 0 && <Empty title="No exceptions" hint="The job has not failed since it started." />}
      {entries?.map((entry) => (
        <article key={`${entry.timestamp} ${entry.taskName}`}>
          <h2>
            <State of="error" /> {entry.rivulet?.message ?? entry.exceptionName}
          </h2>
          <p className="facts">
            <span>{time(entry.timestamp)}</span>
            {entry.taskName !== null && <span>{entry.taskName}</span>}
            {entry.rivulet !== undefined && <code>{entry.rivulet.code}</code>}
          </p>
          {entry.rivulet !== undefined && <Snippet span={entry.rivulet.span} source={entry.rivulet.source} />}
          {entry.rivulet?.hint !== undefined && (
            <p>
              <b>{t('What to do')}:</b> {entry.rivulet.hint}
            </p>
          )}
          <details>
            <summary>{t('Stack')}</summary>
            <pre>{entry.stacktrace}</pre>
          </details>
        </article>
      ))}
    </>
  )
}
