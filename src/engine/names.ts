/** Names of statements as the catalog takes them. */
import type { Name } from '../sql/ast.ts'
import type { Session } from './session.ts'

export const namesOf = (name: Name): string[] => name.parts.map((part) => part.name)
export const only = (name: Name): string => namesOf(name).join('.')

/** A database, in the current catalog unless it is named. */
export function databasePath(session: Session, name: Name): [catalog: string, database: string] {
  const parts = namesOf(name)
  return parts.length === 1 ? [session.catalog.currentCatalog, parts[0]] : [parts[0], parts[1]]
}
