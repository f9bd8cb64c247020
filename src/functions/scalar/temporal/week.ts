import { datePart } from './date-part.ts'

export const week = datePart('WEEK', 'WEEK', 'The ISO 8601 week of the year, 1 to 53.', [
  ["WEEK(DATE '2024-12-30')", '1'],
])
