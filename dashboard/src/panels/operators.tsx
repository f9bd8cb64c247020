/** What only Rivulet shows: the compiled plan, live rows of an operator, and the state of a key. */
import { useEffect, useState } from 'react'
import type {
  CompiledPlanAnswer,
  CompiledPlanNode,
  KeyedState,
  LiveColumn,
  TappedRows,
} from '../../../src/server/api-types.ts'
import { events, get, usePoll } from '../api.ts'
import { cell, count, time } from '../format.ts'
import { useText } from '../i18n.ts'
import type { PanelProps } from '../job-page.tsx'
import { Empty, Loading, Problem, Table } from '../ui.tsx'

const usePlan = (id: string) => usePoll<CompiledPlanAnswer>(`/rivulet/v1/jobs/${id}/plan`, 30_000)

export function PlanPanel({ job }: PanelProps) {
  const t = useText()
  const { data, error } = usePlan(job.jid)
  if (data === undefined) return error === undefined ? <Loading /> : <Problem error={error} />
  return (
    <Table label={t('Plan')} head={['#', t('Operator'), t('Changelog mode'), t('Columns')]}>
      {data.nodes.map((node) => (
        <tr key={node.id}>
          <td className="number">{node.id}</td>
          <td>
            <code className="wrap">{node.description}</code>
          </td>
          <td>{node.changelogMode?.join(' ') ?? '–'}</td>
          <td className="wrap">{node.columns.map((column) => `${column.name} ${column.type}`).join(', ')}</td>
        </tr>
      ))}
    </Table>
  )
}

function OperatorSelect(props: {
  nodes: readonly CompiledPlanNode[]
  value: number
  onChange: (node: number) => void
}) {
  const t = useText()
  return (
    <label>
      {t('Operator')}
      <select value={props.value} onChange={(e) => props.onChange(Number(e.target.value))}>
        {props.nodes.map((node) => (
          <option key={node.id} value={node.id}>
            {node.id} · {node.description}
          </option>
        ))}
      </select>
    </label>
  )
}

const KEPT = 200
type Row = TappedRows['rows'][number] & { readonly n: number }

export function LiveRowsPanel({ job }: PanelProps) {
  const t = useText()
  const { data: plan, error: planError } = usePlan(job.jid)
  const [chosen, setNode] = useState<number>()
  const [watching, setWatching] = useState(false)
  const [seen, setSeen] = useState<{ columns: readonly LiveColumn[]; rows: readonly Row[]; skipped: number }>()
  const [error, setError] = useState<Error>()
  const node = chosen ?? plan?.nodes.at(-1)?.id
  useEffect(() => {
    if (!watching || node === undefined) return
    const stop = new AbortController()
    let n = 0
    setSeen(undefined)
    setError(undefined)
    const watch = async () => {
      try {
        for await (const tap of events<TappedRows>(`/rivulet/v1/jobs/${job.jid}/operators/${node}/rows`, stop.signal)) {
          const rows = tap.rows.map((row) => ({ ...row, n: n++ })).reverse()
          setSeen((old) => ({
            columns: tap.columns,
            rows: [...rows, ...(old?.rows ?? [])].slice(0, KEPT),
            skipped: (old?.skipped ?? 0) + tap.skipped,
          }))
        }
      } catch (failed) {
        if (!stop.signal.aborted) setError(failed as Error)
      }
      if (!stop.signal.aborted) setWatching(false)
    }
    void watch()
    return () => stop.abort()
  }, [watching, node, job.jid])
  if (plan === undefined) return planError === undefined ? <Loading /> : <Problem error={planError} />
  return (
    <>
      <div className="form">
        <OperatorSelect nodes={plan.nodes} value={node ?? 0} onChange={setNode} />
        <button type="button" className="primary" onClick={() => setWatching(!watching)}>
          {t(watching ? 'Pause' : 'Watch')}
        </button>
      </div>
      <Problem error={error} />
      {seen === undefined ? (
        <Empty
          title="Nothing has passed yet"
          hint="Choose an operator and press Watch; the tap costs nothing when nobody looks."
        />
      ) : (
        <>
          {seen.skipped > 0 && (
            <p className="note">
              {count(seen.skipped)} {t('rows not shown')}
            </p>
          )}
          <Table label={t('Live rows')} head={['', t('Subtask'), ...seen.columns.map(({ name }) => name)]}>
            {seen.rows.map((row) => (
              <ChangeRow
                key={row.n}
                kind={row.kind}
                fields={[row.subtask, ...row.fields]}
                numeric={[true, ...seen.columns.map(isNumeric)]}
              />
            ))}
          </Table>
        </>
      )}
    </>
  )
}

/** Numbers come as texts, so that none loses digits; their column says that they are numbers. */
const isNumeric = ({ type }: LiveColumn) => /^(TINYINT|SMALLINT|INT|BIGINT|FLOAT|DOUBLE|DECIMAL)\b/.test(type)

export function ChangeRow({
  kind,
  fields,
  numeric,
}: {
  kind: string
  fields: readonly unknown[]
  numeric?: readonly boolean[]
}) {
  return (
    <tr>
      <td>
        <code className={kind.startsWith('+') ? 'plus' : 'minus'}>{kind}</code>
      </td>
      {fields.map((field, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a column is its position
        <td key={i} className={(numeric?.[i] ?? typeof field === 'number') ? 'number' : undefined}>
          {cell(field)}
        </td>
      ))}
    </tr>
  )
}

export function KeyedStatePanel({ job }: PanelProps) {
  const t = useText()
  const { data: plan, error: planError } = usePlan(job.jid)
  const [chosen, setNode] = useState<number>()
  const [key, setKey] = useState('')
  const [found, setFound] = useState<KeyedState>()
  const [error, setError] = useState<Error>()
  const keyed = plan?.nodes.filter(({ stateKey }) => stateKey !== undefined) ?? []
  const node = keyed.find(({ id }) => id === chosen) ?? keyed.at(-1)
  const lookUp = async () => {
    setError(undefined)
    setFound(undefined)
    try {
      const path = `/rivulet/v1/jobs/${job.jid}/operators/${node?.id}/state?key=${encodeURIComponent(key)}`
      setFound(await get<KeyedState>(path))
    } catch (failed) {
      setError(failed as Error)
    }
  }
  if (plan === undefined) return planError === undefined ? <Loading /> : <Problem error={planError} />
  if (node === undefined)
    return <Empty title="No operator keeps state per key" hint="Aggregates, joins, top-n and deduplication do." />
  return (
    <>
      <form className="form" onSubmit={(e) => [e.preventDefault(), void lookUp()]}>
        <OperatorSelect nodes={keyed} value={node.id} onChange={setNode} />
        <label>
          {t('Key as JSON, for example ["EUR"]')} (
          {node.stateKey?.map(({ name, type }) => `${name} ${type}`).join(', ')})
          <input required value={key} onChange={(e) => setKey(e.target.value)} />
        </label>
        <button type="submit" className="primary">
          {t('Look up')}
        </button>
      </form>
      <Problem error={error} />
      {found === undefined ? (
        <Empty title="No key looked up" hint="Choose an operator that keeps state and enter a key." />
      ) : found.states.length + found.timers.length === 0 ? (
        <Empty title="No state for this key" hint="It was never seen, or its state has expired." />
      ) : (
        <>
          {found.states.map((state) => (
            <div key={state.name}>
              <h2>
                <code>{state.name}</code>
              </h2>
              <Table label={`${t('Keyed state')} ${state.name}`} head={state.columns.map(({ name }) => name)}>
                {state.rows.map((row, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a row is its position
                  <tr key={i}>
                    {row.map((field, c) => (
                      <td key={state.columns[c].name} className={isNumeric(state.columns[c]) ? 'number' : 'wrap'}>
                        {cell(field)}
                      </td>
                    ))}
                  </tr>
                ))}
              </Table>
              {state.more && <p className="note">{t('There are more rows than are shown.')}</p>}
            </div>
          ))}
          <h2>{t('Timers')}</h2>
          <ul>
            {found.timers.map((timer) => (
              <li key={`${timer.state} ${timer.at}`}>
                {timer.state} · {t(timer.domain === 'event' ? 'event time' : 'processing time')} ·{' '}
                {timer.at === 'max' ? t('at the end of the input') : time(timer.at)}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
