/** Parts that several pages use. A state is told by its shape, its colour and its word. */
import type { ReactNode } from 'react'
import { useEffect, useRef } from 'react'
import type { ApiError } from '../../src/server/api-types.ts'
import type { CallError } from './api.ts'
import { type Text, useText } from './i18n.ts'

const SHAPES: Readonly<Record<string, readonly [shape: string, tone: string]>> = {
  RUNNING: ['▶', 'good'],
  FINISHED: ['✓', 'done'],
  COMPLETED: ['✓', 'good'],
  FAILED: ['✕', 'bad'],
  FAILING: ['✕', 'bad'],
  RESTARTING: ['↻', 'warn'],
  IN_PROGRESS: ['◔', 'warn'],
  CANCELED: ['■', 'done'],
  CANCELLING: ['■', 'warn'],
  error: ['✕', 'bad'],
  warning: ['▲', 'warn'],
  info: ['●', 'done'],
}

export function State({ of }: { of: string }) {
  const [shape, tone] = SHAPES[of] ?? ['○', 'warn']
  return (
    <span className={`state ${tone}`}>
      <span aria-hidden="true">{shape}</span> {of}
    </span>
  )
}

export function Empty({ title, hint }: { title: Text; hint: Text }) {
  const t = useText()
  return (
    <div className="empty">
      <strong>{t(title)}</strong>
      <p>{t(hint)}</p>
    </div>
  )
}

export function Problem({ error }: { error: Error | undefined }) {
  const t = useText()
  if (error === undefined) return null
  const { detail, status } = error as Partial<CallError>
  return (
    <div className="problem" role="alert">
      <State of="error" /> {status === undefined ? `${t('The server does not answer')}: ` : ''}
      {error.message}
      {detail !== undefined && <code> {detail.code}</code>}
      {detail?.hint !== undefined && <p>{detail.hint}</p>}
    </div>
  )
}

/** A place in SQL: its line with the place marked. */
export function Snippet({ span, source }: Pick<ApiError, 'span' | 'source'>) {
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

/** The title of a column of numbers, above them. */
export const num = (title: string) => <span className="number">{title}</span>

export function Loading() {
  return (
    <p className="loading" aria-live="polite">
      {useText()('Loading …')}
    </p>
  )
}

/** A wide table scrolls inside itself, also with the keyboard, so that the page never does sideways. */
export function Table({ label, head, children }: { label: string; head: readonly ReactNode[]; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable with the keyboard
    <section className="scroll" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((title, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a head does not change its order
              <th key={i} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  )
}

export function Dialog(props: {
  title: string
  action: string
  danger?: boolean
  children?: ReactNode
  onClose: () => void
  onConfirm: () => void
}) {
  const t = useText()
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => ref.current?.showModal(), [])
  return (
    <dialog ref={ref} aria-label={props.title} onClose={props.onClose}>
      <p>{props.title}</p>
      {props.children}
      <div className="buttons">
        <button type="button" onClick={() => ref.current?.close()}>
          {t('Go back')}
        </button>
        <button type="button" className={props.danger ? 'danger' : 'primary'} onClick={props.onConfirm}>
          {props.action}
        </button>
      </div>
    </dialog>
  )
}
