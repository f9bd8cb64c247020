/** All jobs: those that run or failed first, the newest first among equals. */
import { useState } from 'react'
import type { ClusterOverview, JobSummary, JobsOverview } from '../../src/server/api-types.ts'
import { usePoll } from './api.ts'
import { duration, time } from './format.ts'
import { useText } from './i18n.ts'
import { Empty, Loading, num, Problem, State, Table } from './ui.tsx'

const ORDER = ['FAILING', 'RESTARTING', 'INITIALIZING', 'CREATED', 'RUNNING', 'CANCELLING', 'FAILED']
const rank = (job: JobSummary) => (ORDER.indexOf(job.state) + ORDER.length + 1) % (ORDER.length + 1)
const byNeed = (a: JobSummary, b: JobSummary) => rank(a) - rank(b) || b['start-time'] - a['start-time']

export function JobsPage() {
  const t = useText()
  const { data: overview } = usePoll<ClusterOverview>('/overview')
  const { data, error } = usePoll<JobsOverview>('/jobs/overview')
  const [filter, setFilter] = useState('')
  const wanted = filter.toLowerCase()
  const jobs = data?.jobs
    .filter((job) => `${job.name} ${job.jid} ${job.state}`.toLowerCase().includes(wanted))
    .toSorted(byNeed)
  const tiles = [
    // Flink's overview counts those that wait for slots as well.
    [t('Running'), data?.jobs.filter(({ state }) => state === 'RUNNING').length, 'good'],
    [t('Failed'), overview?.['jobs-failed'], (overview?.['jobs-failed'] ?? 0) > 0 ? 'bad' : 'done'],
    [t('Finished'), overview?.['jobs-finished'], 'done'],
    [t('Canceled'), overview?.['jobs-cancelled'], 'done'],
    [t('Free slots'), overview && `${overview['slots-available']} / ${overview['slots-total']}`, ''],
  ] as const
  return (
    <>
      <h1>{t('Jobs')}</h1>
      <dl className="tiles">
        {tiles.map(([label, value, tone]) => (
          <div key={label} className={tone}>
            <dt>{label}</dt>
            <dd>{value ?? '–'}</dd>
          </div>
        ))}
      </dl>
      <input
        type="search"
        aria-label={t('Filter')}
        placeholder={t('Filter by name, id or state')}
        value={filter}
        onChange={(e) => setFilter(e.target.value)}
      />
      <Problem error={error} />
      {jobs === undefined ? (
        <Loading />
      ) : jobs.length > 0 ? (
        <Table label={t('All jobs')} head={[t('State'), t('Name'), t('Started'), num(t('Duration')), num(t('Tasks'))]}>
          {jobs.map((job) => (
            <tr key={job.jid}>
              <td>
                <State of={job.state} />
              </td>
              <td className="name">
                <a href={`#/jobs/${job.jid}`}>{job.name}</a>
              </td>
              <td>{time(job['start-time'])}</td>
              <td className="number">{duration(job.duration)}</td>
              <td className="number">
                {job.tasks.running} / {job.tasks.total}
              </td>
            </tr>
          ))}
        </Table>
      ) : filter === '' ? (
        <Empty title="No jobs yet" hint="Submit one with “rivulet submit job.sql”, or run a query on the SQL page." />
      ) : (
        <Empty title="Nothing matches the filter" hint="Clear the filter to see all jobs." />
      )}
    </>
  )
}
