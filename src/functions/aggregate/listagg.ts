/**
 * LISTAGG: strings joined with a separator.
 *
 * Law: NULLs are passed over; the separator is a constant (',' unless given); with retraction the strings stay in a list, and a
 * retraction takes the oldest equal one out.
 */
import { args, computed, literal, optional } from '../../expr/signature.ts'
import type { KeyedList } from '../../state/contract.ts'
import { STRING } from '../../types/logical-type.ts'
import type { AggregateKernel, AggregateSite, KernelCode } from './contract.ts'
import { aggregate } from './define.ts'

export const listagg = aggregate({
  name: 'LISTAGG',
  doc: "The strings that are not NULL, joined with a separator (',' unless given); NULL when there are none.",
  signature: args(
    [STRING, optional(literal(STRING))],
    computed(() => STRING),
  ),
  emptyIsNull: false,
  retracts: true,
  merges: true,
  prepare: (site) => (site.retract ? retractable(site) : appendOnly(site)),
})

const separatorOf = (site: AggregateSite, code: KernelCode) => (site.argTypes.length > 1 ? code.arg(1) : "','")

function appendOnly(site: AggregateSite): AggregateKernel {
  const joined = (code: KernelCode, text: string, separator: string) =>
    `${code.acc(0)} = ${code.acc(0)} === null ? ${text} : ${code.acc(0)} + ${separator} + ${text};`
  const parts = site.argTypes.length > 1
  return {
    ordered: true,
    accumulators: [{ name: 'text', type: STRING }, ...(parts ? [{ name: 'separator', type: STRING }] : [])],
    add: (code) =>
      `${joined(code, code.arg(0), separatorOf(site, code))}${parts ? ` ${code.acc(1)} = ${code.arg(1)};` : ''}`,
    merge: (code) => {
      const separator = parts ? code.other(1) : "','"
      return `if (${code.other(0)} !== null) { ${joined(code, code.other(0), separator)}${parts ? ` ${code.acc(1)} = ${separator};` : ''} }`
    },
    result: (code) => ({ value: code.acc(0), isNull: `${code.acc(0)} === null` }),
  }
}

function retractable(site: AggregateSite): AggregateKernel {
  const parts = site.argTypes.length > 1
  const columns = [{ name: 'text', type: STRING }, ...(parts ? [{ name: 'separator', type: STRING }] : [])]
  return {
    accumulators: [],
    view: { kind: 'rows', columns },
    add: (code) => code.append(),
    retract: (code) => code.take(),
    merge: () => '',
    result(code) {
      const [join, t] = [code.use(joinRows, 'joinRows'), code.temp('text')]
      return { before: `const ${t} = ${join}(${code.view}, ${code.slot});`, value: t, isNull: `${t} === null` }
    },
  }
}

function joinRows(view: KeyedList, slot: number): string | null {
  const texts = view.values[0].values as string[]
  const separators = view.values.length > 1 ? (view.values[1].values as string[]) : undefined
  let text: string | null = null
  for (let row = view.first(slot); row >= 0; row = view.next(row)) {
    text = text === null ? texts[row] : text + (separators?.[row] ?? ',') + texts[row]
  }
  return text
}
