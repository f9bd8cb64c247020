import { datePart } from './date-part.ts'

export const dayOfMonthPart = datePart('DAYOFMONTH', 'DAY', 'The day of the month, 1 to 31.', [
  ["DAYOFMONTH(DATE '2024-12-30')", '30'],
])
