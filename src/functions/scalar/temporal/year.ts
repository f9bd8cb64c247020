import { datePart } from './date-part.ts'

export const year = datePart('YEAR', 'YEAR', 'The year of a date or timestamp.', [["YEAR(DATE '2024-12-30')", '2024']])
