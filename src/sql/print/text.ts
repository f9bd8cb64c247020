/** Names, strings, options: the smallest pieces of printed SQL. */
import type { Identifier, Name, Option, PartitionEntry, Text } from '../ast.ts'
import { isReserved, keywordAt } from '../keywords.ts'
import { scan } from '../scanner.ts'

/** A name as SQL: in back-ticks where it must be, or where `quoted` asks for it. */
export function printIdentifier(name: string, quoted = false): string {
  return quoted || !isPlain(name) ? `\`${name.replaceAll('`', '``')}\`` : name
}

function isPlain(name: string): boolean {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    const keyword = keywordAt(name, 0, name.length)
    return keyword === undefined || !isReserved(keyword)
  }
  const { types, ends } = scan(name)
  return types.length === 2 && types[0] === 'identifier' && ends[0] === name.length && !name.includes("'")
}

/** A string as SQL, in single quotes. */
export function printText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

export const identifier = (node: Identifier): string => printIdentifier(node.name, node.quoted)
export const identifiers = (nodes: readonly Identifier[]): string => nodes.map(identifier).join(', ')
export const name = (node: Name): string => node.parts.map(identifier).join('.')
export const text = (node: Text): string => printText(node.value)

/** The parts that are there, with a space between. */
export function words(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== '').join(' ')
}

export function options(list: readonly Option[]): string {
  return `(${list.map((option) => `${text(option.key)} = ${text(option.value)}`).join(', ')})`
}
export function withOptions(list: readonly Option[]): string | undefined {
  return list.length === 0 ? undefined : `WITH ${options(list)}`
}
export function keys(list: readonly Text[]): string {
  return `(${list.map(text).join(', ')})`
}

export function partition(entries: readonly PartitionEntry[], expression: ExpressionPrinter): string | undefined {
  if (entries.length === 0) return undefined
  const list = entries.map((entry) =>
    entry.value === undefined ? identifier(entry.column) : `${identifier(entry.column)} = ${expression(entry.value)}`,
  )
  return `PARTITION (${list.join(', ')})`
}
type ExpressionPrinter = (node: NonNullable<PartitionEntry['value']>) => string
