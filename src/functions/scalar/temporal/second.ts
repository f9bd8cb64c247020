import { datePart } from './date-part.ts'

export const second = datePart('SECOND', 'SECOND', 'The second of the minute, 0 to 59.', [
  ["SECOND(TIME '13:14:15')", '15'],
])
