/** Why the job failed: the error, its place in the SQL, what to do, and the user's stack. */
import type { ApiError, JobExceptions } from '../../../src/server/api-types.ts'
import { usePoll } from '../api.ts'
import { time } from '../format.ts'
import { useText } from '../i18n.ts'
import type { PanelProps } from '../job-page.tsx'
import { Empty, Loading, Problem, State } from '../ui.tsx'

export function Snippet({ error }: { error: ApiError }) {
  const { span, source } = error
  if (span === undefined || source === undefined) return null
  const from = source.text.lastIndexOf('\n', span.start - 1) + 1
  const end = source.text.indexOf('\n', span.end)
  const line = source.text.slice(0, span.start).split('\n').length
  return (
    <pre className="snippet">
      {source.name}:{line}
      {'\n'}
      {source.text.slice(from, span.start)}
      <mark>{source.text.slice(span.start, span.end)}</mark>
      {source.text.slice(span.end, end < 0 ? undefined : end)}
    </pre>
  )
}

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
          {entry.rivulet !== undefined && <Snippet error={entry.rivulet} />}
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
