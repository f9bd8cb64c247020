/** How a query begins, and how one that has been read in parentheses goes on. */
import { type Cursor, peek, want } from '../cursor.ts'

export function isQueryStart(c: Cursor): boolean {
  want(c, 'query')
  if (c.type === 'SELECT' || c.type === 'WITH' || c.type === 'VALUES' || c.type === 'VALUE') return true
  return c.type === 'TABLE' && peek(c, 1) !== '('
}

export function isSetOperator(type: string): boolean {
  return type === 'UNION' || type === 'EXCEPT' || type === 'INTERSECT' || type === 'MINUS'
}

export function queryContinues(c: Cursor): boolean {
  const { type } = c
  return isSetOperator(type) || type === 'ORDER' || type === 'LIMIT' || type === 'OFFSET' || type === 'FETCH'
}
