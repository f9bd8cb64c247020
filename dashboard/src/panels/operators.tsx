/** What only Rivulet shows: the compiled plan, live rows of an operator, and the state of a key. */
import { useEffect, useState } from 'react'
import type { CompiledPlanAnswer, CompiledPlanNode, KeyedState, TappedRows } from '../../../src/server/api-types.ts'
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
  const [seen, setSeen] = useState<{ columns: readonly string[]; rows: readonly Row[]; skipped: number }>()
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
          <Table label={t('Live rows')} head={['', ...seen.columns]}>
            {seen.rows.map((row) => (
              <ChangeRow key={row.n} kind={row.kind} fields={row.fields} />
            ))}
          </Table>
        </>
      )}
    </>
  )
}

export function ChangeRow({ kind, fields }: { kind: string; fields: readonly unknown[] }) {
  return (
    <tr>
      <td>
        <code className={kind.startsWith('+') ? 'plus' : 'minus'}>{kind}</code>
      </td>
      {fields.map((field, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a column is its position
        <td key={i} className={typeof field === 'number' ? 'number' : undefined}>
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
  const node = chosen ?? plan?.nodes.at(-1)?.id
  const lookUp = async () => {
    setError(undefined)
    setFound(undefined)
    try {
      const path = `/rivulet/v1/jobs/${job.jid}/operators/${node}/state?key=${encodeURIComponent(key)}`
      setFound(await get<KeyedState>(path))
    } catch (failed) {
      setError(failed as Error)
    }
  }
  if (plan === undefined) return planError === undefined ? <Loading /> : <Problem error={planError} />
  return (
    <>
      <form className="form" onSubmit={(e) => [e.preventDefault(), void lookUp()]}>
        <OperatorSelect nodes={plan.nodes} value={node ?? 0} onChange={setNode} />
        <label>
          {t('Key as JSON, for example ["EUR"]')}
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
          <Table label={t('Keyed state')} head={[t('Name'), t('Value')]}>
            {found.states.map((state) => (
              <tr key={state.name}>
                <td>
                  <code>{state.name}</code>
                </td>
                <td className="wrap">{cell(state.value)}</td>
              </tr>
            ))}
          </Table>
          <h2>{t('Timers')}</h2>
          <ul>
            {found.timers.map((timer) => (
              <li key={`${timer.domain} ${timer.at}`}>
                {timer.domain} · {time(timer.at)}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
