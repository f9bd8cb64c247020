import { datePart } from './date-part.ts'

export const dayOfWeekPart = datePart('DAYOFWEEK', 'DOW', 'The day of the week, Sunday is 1.', [
  ["DAYOFWEEK(TIMESTAMP '2023-12-31 00:00:00')", '1'],
])
