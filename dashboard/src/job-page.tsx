/** One job: its head with the actions, and its panels, of which only the open one asks the server. */
import { type ComponentType, lazy, Suspense, useEffect, useState } from 'react'
import type { JobDetails, SavepointStatus, Triggered } from '../../src/server/api-types.ts'
import { get, send, usePoll } from './api.ts'
import { duration, time } from './format.ts'
import { type Text, useText } from './i18n.ts'
import { ExceptionsPanel } from './panels/exceptions.tsx'
import { BadRecordsPanel, CheckpointsPanel, ConfigurationPanel, DoctorPanel, LogsPanel } from './panels/facts.tsx'
import { KeyedStatePanel, LiveRowsPanel, PlanPanel } from './panels/operators.tsx'
import { Dialog, Loading, Problem, State } from './ui.tsx'

const GraphPanel = lazy(async () => ({ default: (await import('./panels/graph.tsx')).GraphPanel }))
const MetricsPanel = lazy(async () => ({ default: (await import('./panels/metrics.tsx')).MetricsPanel }))

export interface PanelProps {
  readonly job: JobDetails
}

const PANELS: Readonly<Record<string, readonly [Text, ComponentType<PanelProps>]>> = {
  graph: ['Graph', GraphPanel],
  doctor: ['Doctor', DoctorPanel],
  checkpoints: ['Checkpoints', CheckpointsPanel],
  exceptions: ['Exceptions', ExceptionsPanel],
  metrics: ['Metrics', MetricsPanel],
  plan: ['Plan', PlanPanel],
  rows: ['Live rows', LiveRowsPanel],
  state: ['Keyed state', KeyedStatePanel],
  bad: ['Bad records', BadRecordsPanel],
  config: ['Configuration', ConfigurationPanel],
  logs: ['Logs', LogsPanel],
}

type Action = 'cancel' | 'stop' | 'savepoint'

const QUESTIONS = {
  cancel: ['Cancel', 'Cancel this job? Its state since the last checkpoint is lost.'],
  stop: ['Stop with savepoint', 'Stop this job and keep its state in a savepoint?'],
  savepoint: ['Savepoint', 'Write a savepoint? The job keeps running.'],
} as const

/** Triggers a savepoint and waits until it is written. */
async function savepoint(id: string, action: 'stop' | 'savepoint', directory: string): Promise<string> {
  const target = directory === '' ? undefined : directory
  const triggered =
    action === 'stop'
      ? await send<Triggered>('POST', `/jobs/${id}/stop`, { targetDirectory: target, drain: false })
      : await send<Triggered>('POST', `/jobs/${id}/savepoints`, { 'target-directory': target, 'cancel-job': false })
  for (;;) {
    const { status, operation } = await get<SavepointStatus>(`/jobs/${id}/savepoints/${triggered['request-id']}`)
    if (status.id === 'COMPLETED') {
      if (operation !== null && 'location' in operation) return operation.location
      throw new Error(operation?.['failure-cause']['stack-trace'] ?? 'no answer')
    }
    await new Promise((done) => setTimeout(done, 500))
  }
}

function Actions({ job }: { job: JobDetails }) {
  const t = useText()
  const [asked, setAsked] = useState<Action>()
  const [directory, setDirectory] = useState('')
  const [note, setNote] = useState('')
  const [error, setError] = useState<Error>()
  const over = job['end-time'] > 0
  const act = async (action: Action) => {
    setAsked(undefined)
    setError(undefined)
    try {
      if (action === 'cancel') {
        setNote(t('Canceling …'))
        await send('PATCH', `/jobs/${job.jid}?mode=cancel`, {})
        setNote('')
      } else {
        setNote(t('Writing the savepoint …'))
        setNote(`${t('Savepoint written')}: ${await savepoint(job.jid, action, directory)}`)
      }
    } catch (failed) {
      setNote('')
      setError(failed as Error)
    }
  }
  return (
    <>
      <div className="buttons">
        {(['savepoint', 'stop', 'cancel'] as const).map((action) => (
          <button key={action} type="button" disabled={over} onClick={() => setAsked(action)}>
            {t(QUESTIONS[action][0])}
          </button>
        ))}
      </div>
      <p className="note" role="status">
        {note}
      </p>
      <Problem error={error} />
      {asked !== undefined && (
        <Dialog
          title={t(QUESTIONS[asked][1])}
          action={t(QUESTIONS[asked][0])}
          danger={asked === 'cancel'}
          onClose={() => setAsked(undefined)}
          onConfirm={() => void act(asked)}
        >
          {asked !== 'cancel' && (
            <label>
              {t('Directory (empty: the configured one)')}
              <input value={directory} onChange={(e) => setDirectory(e.target.value)} />
            </label>
          )}
        </Dialog>
      )}
    </>
  )
}

export function JobPage({ id, tab }: { id: string; tab: string }) {
  const t = useText()
  const { data: job, error } = usePoll<JobDetails>(`/jobs/${id}`)
  const [, Panel] = PANELS[tab] ?? PANELS.graph
  const name = job?.name
  useEffect(() => {
    if (name === undefined) return
    document.title = `${name} · Rivulet`
    return () => {
      document.title = 'Rivulet'
    }
  }, [name])
  return (
    <>
      <p className="crumb">
        <a href="#/">← {t('Jobs')}</a>
      </p>
      <Problem error={error} />
      {job === undefined ? (
        error === undefined && <Loading />
      ) : (
        <>
          <h1>{job.name}</h1>
          <p className="facts">
            <State of={job.state} />
            <span>{time(job['start-time'])}</span>
            <span>{duration(job.duration)}</span>
            <code>{job.jid}</code>
          </p>
          <Actions job={job} />
          <nav className="tabs" aria-label={job.name}>
            {Object.entries(PANELS).map(([key, [title]]) => (
              <a key={key} href={`#/jobs/${id}/${key}`} aria-current={key === tab ? 'page' : undefined}>
                {t(title)}
              </a>
            ))}
          </nav>
          <Suspense fallback={<Loading />}>
            <Panel job={job} />
          </Suspense>
        </>
      )}
    </>
  )
}
