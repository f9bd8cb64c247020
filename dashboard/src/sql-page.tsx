/** Write SQL, see its errors at their place while typing, explain it, run it and watch its result change. */
import { autocompletion, type CompletionContext } from '@codemirror/autocomplete'
import { sql } from '@codemirror/lang-sql'
import { linter } from '@codemirror/lint'
import { Prec } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { basicSetup } from 'codemirror'
import { useEffect, useRef, useState } from 'react'
import type { SqlCheckAnswer, SqlCompleteAnswer } from '../../src/server/api-types.ts'
import { send } from './api.ts'
import { cell } from './format.ts'
import { useText } from './i18n.ts'
import { ChangeRow } from './panels/operators.tsx'
import { currentSession, FIRST, run, statements } from './sql-session.ts'
import { Empty, Problem, Table } from './ui.tsx'

const KINDS: Readonly<Record<string, string>> = {
  INSERT: '+I',
  UPDATE_BEFORE: '-U',
  UPDATE_AFTER: '+U',
  DELETE: '-D',
}
const COMPLETION = { keyword: 'keyword', name: 'variable', option: 'property' } as const
const DRAFT = 'rivulet-sql'
const CHANGES = 500

interface Result {
  readonly columns: readonly string[]
  readonly changes: readonly { readonly n: number; readonly kind: string; readonly fields: readonly unknown[] }[]
  /** The table that the changes add up to: how often each row is in it. */
  readonly table: ReadonlyMap<string, { readonly fields: readonly unknown[]; readonly times: number }>
}

function add(
  old: Result | undefined,
  columns: readonly string[],
  data: readonly { kind: string; fields: readonly unknown[] }[],
): Result {
  const table = new Map(old?.table)
  let n = (old?.changes[0]?.n ?? -1) + 1
  const changes = data.map(({ kind, fields }) => {
    const mark = KINDS[kind] ?? kind
    const key = JSON.stringify(fields)
    const times = (table.get(key)?.times ?? 0) + (mark.startsWith('+') ? 1 : -1)
    if (times === 0) table.delete(key)
    else table.set(key, { fields, times })
    return { n: n++, kind: mark, fields }
  })
  return { columns, table, changes: [...changes.reverse(), ...(old?.changes ?? [])].slice(0, CHANGES) }
}

async function check(view: EditorView) {
  const text = view.state.doc.toString()
  if (text.trim() === '') return []
  const { errors } = await send<SqlCheckAnswer>('POST', '/rivulet/v1/sql/check', {
    sql: text,
    session: await currentSession(),
  })
  return errors.map((error) => ({
    from: Math.min(error.span?.start ?? 0, text.length),
    to: Math.min(error.span?.end ?? text.length, text.length),
    severity: 'error' as const,
    message: error.hint === undefined ? error.message : `${error.message}\n${error.hint}`,
    source: error.code,
  }))
}

async function complete(context: CompletionContext) {
  const word = context.matchBefore(/[\w.`]*/)
  if (word === null || (word.from === word.to && !context.explicit)) return null
  const body = { sql: context.state.doc.toString(), position: context.pos, session: await currentSession() }
  const { candidates } = await send<SqlCompleteAnswer>('POST', '/rivulet/v1/sql/complete', body)
  return { from: word.from, options: candidates.map((one) => ({ label: one.text, type: COMPLETION[one.kind] })) }
}

/** What is selected, otherwise everything; of that, to be explained, the one with the cursor. */
function chosen({ state }: EditorView, explain: boolean): readonly string[] {
  const { from, to, head } = state.selection.main
  if (from < to) return statements(state.sliceDoc(from, to)).map(({ text }) => text)
  const all = statements(state.doc.toString())
  if (!explain) return all.map(({ text }) => text)
  const one = all.find(({ end }) => head <= end) ?? all.at(-1)
  return one === undefined ? [] : [one.text]
}

export function SqlPage() {
  const t = useText()
  const box = useRef<HTMLDivElement>(null)
  const editor = useRef<EditorView>(null)
  const execute = useRef<(explain: boolean) => void>(() => {})
  const [result, setResult] = useState<Result>()
  const [mode, setMode] = useState<'table' | 'changelog'>('table')
  const [error, setError] = useState<Error>()
  const [running, setRunning] = useState<AbortController>()
  const [note, setNote] = useState('')

  execute.current = async (explain) => {
    running?.abort()
    const stop = new AbortController()
    setRunning(stop)
    setError(undefined)
    setResult(undefined)
    setNote('')
    try {
      for (const statement of chosen(editor.current!, explain)) {
        let first = true
        const text = explain && !/^explain\b/i.test(statement) ? `EXPLAIN ${statement}` : statement
        for await (const page of run(text, stop.signal)) {
          if (page.results === undefined) continue
          const columns = page.results.columns.map((column) => column.name)
          const fresh = first
          first = false
          setResult((old) => add(fresh ? undefined : old, columns, page.results!.data))
        }
      }
    } catch (failed) {
      if (!stop.signal.aborted) setError(failed as Error)
    } finally {
      setRunning((now) => (now === stop ? undefined : now))
    }
  }

  const label = t('SQL editor')
  useEffect(() => {
    const runKey = { key: 'Mod-Enter', run: () => [execute.current(false)].length > 0 }
    const view = new EditorView({
      parent: box.current!,
      doc: localStorage.getItem(DRAFT) ?? FIRST,
      extensions: [
        Prec.highest(keymap.of([runKey])),
        basicSetup,
        sql({ upperCaseKeywords: true }),
        linter(check, { delay: 300 }),
        autocompletion({ override: [complete] }),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) localStorage.setItem(DRAFT, update.state.doc.toString())
        }),
      ],
    })
    editor.current = view
    return () => view.destroy()
  }, [label])

  const checkNow = async () => {
    setError(undefined)
    try {
      const found = await check(editor.current!)
      setNote(found.length === 0 ? t('No errors found') : found.map((one) => one.message).join('\n'))
    } catch (failed) {
      setError(failed as Error)
    }
  }
  return (
    <>
      <h1>{t('SQL')}</h1>
      <div ref={box} className="editor" />
      <div className="buttons">
        {running === undefined ? (
          <button type="button" className="primary" onClick={() => execute.current(false)}>
            {t('Run')}
          </button>
        ) : (
          <button type="button" className="danger" onClick={() => running.abort()}>
            {t('Stop')}
          </button>
        )}
        <button type="button" onClick={() => execute.current(true)}>
          {t('Explain')}
        </button>
        <button type="button" onClick={() => void checkNow()}>
          {t('Check')}
        </button>
        <label>
          {t('Result')}
          <select value={mode} onChange={(e) => setMode(e.target.value as typeof mode)}>
            <option value="table">{t('Table')}</option>
            <option value="changelog">{t('Changelog')}</option>
          </select>
        </label>
      </div>
      <p className="note" role="status">
        {note}
      </p>
      <Problem error={error} />
      {result === undefined ? (
        <Empty
          title="No result yet"
          hint="Run (Ctrl+Enter) runs what is selected, otherwise everything; Explain takes the statement at the cursor."
        />
      ) : (
        <Table label={t('Result')} head={mode === 'table' ? result.columns : ['', ...result.columns]}>
          {mode === 'changelog'
            ? result.changes.map((one) => <ChangeRow key={one.n} kind={one.kind} fields={one.fields} />)
            : [...result.table].slice(0, CHANGES).map(([key, { fields, times }]) =>
                Array.from({ length: Math.max(0, times) }, (_, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: equal rows differ only by their number
                  <tr key={`${key} ${i}`}>
                    {fields.map((field, column) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: a column is its position
                      <td key={column} className={typeof field === 'number' ? 'number' : 'pre'}>
                        {result.columns[column] === 'job id' ? (
                          <a href={`#/jobs/${field}`}>{cell(field)}</a>
                        ) : (
                          cell(field)
                        )}
                      </td>
                    ))}
                  </tr>
                )),
              )}
        </Table>
      )}
    </>
  )
}
