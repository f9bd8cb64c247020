import { datePart } from './date-part.ts'

export const month = datePart('MONTH', 'MONTH', 'The month of the year, 1 to 12.', [["MONTH(DATE '2024-12-30')", '12']])
