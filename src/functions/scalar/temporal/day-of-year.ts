import { datePart } from './date-part.ts'

export const dayOfYearPart = datePart('DAYOFYEAR', 'DOY', 'The day of the year, 1 to 366.', [
  ["DAYOFYEAR(TIMESTAMP '2023-12-31 00:00:00')", '365'],
])
