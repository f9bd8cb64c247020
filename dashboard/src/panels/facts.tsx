/** The panels that show one answer of the server as it is. */
import { useContext, useEffect, useState } from 'react'
import type {
  BadRecords,
  Checkpoints,
  DoctorAnswer,
  JobConfig,
  LogPage,
  OperatorsAnswer,
} from '../../../src/server/api-types.ts'
import { get, repeat, usePoll } from '../api.ts'
import { findingZh, labelZh, valueZh } from '../findings-zh.ts'
import { bytes, cell, count, duration, time } from '../format.ts'
import { LanguageContext, useText } from '../i18n.ts'
import type { PanelProps } from '../job-page.tsx'
import { Empty, Loading, num, Problem, Snippet, State, Table } from '../ui.tsx'

export function DoctorPanel({ job }: PanelProps) {
  const t = useText()
  const chinese = useContext(LanguageContext) === 'zh'
  const { data, error } = usePoll<DoctorAnswer>(`/rivulet/v1/jobs/${job.jid}/doctor`, 5000)
  return (
    <>
      <Problem error={error} />
      {data === undefined && error === undefined && <Loading />}
      {data?.findings.length === 0 && (
        <Empty title="Nothing to report" hint="The doctor sees no reason why output should be missing." />
      )}
      {data?.findings
        .map((finding) => ({ ...finding, ...(chinese ? findingZh(finding) : {}) }))
        .map((finding) => (
          <article key={finding.code + finding.title}>
            <h2>
              <State of={finding.severity} /> {finding.title} <code>{finding.code}</code>
            </h2>
            <p>{finding.detail}</p>
            {finding.place !== undefined && <code className="wrap">{finding.place}</code>}
            <Snippet span={finding.span} source={data.source} />
            <dl className="evidence">
              {Object.entries(finding.evidence).map(([name, value]) => (
                <div key={name}>
                  <dt>{chinese ? labelZh(name) : name}</dt>
                  <dd>{typeof value === 'number' ? count(value) : chinese ? valueZh(value) : value}</dd>
                </div>
              ))}
            </dl>
            <p>
              <b>{t('What to do')}:</b> {finding.fix}
            </p>
          </article>
        ))}
    </>
  )
}

export function CheckpointsPanel({ job }: PanelProps) {
  const t = useText()
  const { data, error } = usePoll<Checkpoints>(`/jobs/${job.jid}/checkpoints`)
  if (data === undefined) return error === undefined ? <Loading /> : <Problem error={error} />
  const { counts, history } = data
  const longest = Math.max(1, ...history.map((one) => one.end_to_end_duration))
  return (
    <>
      <Problem error={error} />
      <p className="facts">
        <span>
          {t('Completed')} {count(counts.completed)}
        </span>
        <span>
          {t('In progress')} {count(counts.in_progress)}
        </span>
        <span>
          {t('Failed')} {count(counts.failed)}
        </span>
      </p>
      {data.latest.restored !== null && (
        <p className="facts">
          {t('Restored from')} <code>{data.latest.restored.external_path}</code>
          <span>{time(data.latest.restored.restore_timestamp)}</span>
        </p>
      )}
      {history.length === 0 ? (
        <Empty title="No checkpoints yet" hint="Set execution.checkpointing.interval to take them." />
      ) : (
        <Table
          label={t('Checkpoints')}
          head={[num('ID'), t('State'), t('Type'), t('Triggered'), num(t('Duration')), num(t('Size'))]}
        >
          {history.map((one) => (
            <tr key={one.id}>
              <td className="number">{one.id}</td>
              <td>
                <State of={one.status} /> {one.failure_message}
              </td>
              <td>{one.checkpoint_type}</td>
              <td>{time(one.trigger_timestamp)}</td>
              <td className="number">
                {duration(one.end_to_end_duration)}{' '}
                <meter aria-label={t('Duration')} max={longest} value={Math.max(0, one.end_to_end_duration)} />
              </td>
              <td className="number">{bytes(one.checkpointed_size)}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  )
}

export function BadRecordsPanel({ job }: PanelProps) {
  const t = useText()
  const { data, error } = usePoll<BadRecords>(`/rivulet/v1/jobs/${job.jid}/bad-records`)
  const { data: counters } = usePoll<OperatorsAnswer>(`/rivulet/v1/jobs/${job.jid}/operators`)
  if (data === undefined) return error === undefined ? <Loading /> : <Problem error={error} />
  // What a format passes over by itself (ignore-parse-errors) is counted only.
  const ignored = (counters?.operators ?? []).reduce((sum, one) => sum + (one.counters.numRecordsInErrors ?? 0), 0)
  const uncounted = Math.max(0, ignored - data.total)
  const note = uncounted > 0 && (
    <p className="note">
      {count(uncounted)} {t('records were passed over because the format ignores parse errors; they are not kept.')}
    </p>
  )
  if (data.total === 0)
    return note || <Empty title="No bad records" hint="Every record that was read could be decoded." />
  return (
    <>
      {note}
      <p className="facts">
        <span>
          {t('Passed over')} {count(data.total)}
        </span>
      </p>
      <Table
        label={t('Bad records')}
        head={[
          t('Table'),
          t('Topic'),
          num(t('Partition')),
          num(t('Offset')),
          t('Time'),
          t('Reason'),
          t('Value'),
          num(t('Size')),
        ]}
      >
        {data.records.map((one) => (
          <tr key={`${one.table} ${one.topic} ${one.partition} ${one.offset}`}>
            <td>{one.table}</td>
            <td>{one.topic}</td>
            <td className="number">{one.partition}</td>
            <td className="number">{one.offset}</td>
            <td>{one.timestamp < 0 ? '–' : time(one.timestamp)}</td>
            <td>{one.reason}</td>
            <td className="pre" title={one.hex}>
              {one.text}
            </td>
            <td className="number">{bytes(one.size)}</td>
          </tr>
        ))}
      </Table>
    </>
  )
}

/** The server masks secrets; the panel shows what it says. */
export function ConfigurationPanel({ job }: PanelProps) {
  const t = useText()
  const { data, error } = usePoll<JobConfig>(`/jobs/${job.jid}/config`, 10_000)
  if (data === undefined) return error === undefined ? <Loading /> : <Problem error={error} />
  const { 'user-config': user, ...rest } = data['execution-config']
  const rows = [...Object.entries(rest), ...Object.entries(user).sort()]
  if (rows.length === 0) return <Empty title="No settings" hint="This job runs with the defaults." />
  return (
    <Table label={t('Configuration')} head={[t('Key'), t('Value')]}>
      {rows.map(([key, value]) => (
        <tr key={key}>
          <td>
            <code>{key}</code>
          </td>
          <td>{cell(value)}</td>
        </tr>
      ))}
    </Table>
  )
}

/** Lines kept in the page; the file on the server has all. */
const LOG_CHARACTERS = 200_000

export function LogsPanel({ job }: PanelProps) {
  const t = useText()
  const [text, setText] = useState<string>()
  const [error, setError] = useState<Error>()
  useEffect(() => {
    let from = 0
    return repeat(
      2000,
      async (signal) => {
        const page = await get<LogPage>(`/rivulet/v1/jobs/${job.jid}/logs?from=${from}`, signal)
        from = page.next
        setText((old = '') => (old + page.text).slice(-LOG_CHARACTERS))
        setError(undefined)
      },
      setError,
    )
  }, [job.jid])
  return (
    <>
      <Problem error={error} />
      {text === undefined && error === undefined && <Loading />}
      {text === '' && <Empty title="The log is empty" hint="Lines appear here as the job writes them." />}
      {text !== undefined && text !== '' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard
        <section className="log" tabIndex={0} aria-label={t('Logs')}>
          <pre>{text}</pre>
        </section>
      )}
    </>
  )
}
