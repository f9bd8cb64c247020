import { datePart } from './date-part.ts'

export const quarter = datePart('QUARTER', 'QUARTER', 'The quarter of the year, 1 to 4.', [
  ["QUARTER(DATE '2024-12-30')", '4'],
])
