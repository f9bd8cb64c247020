import { datePart } from './date-part.ts'

export const hour = datePart('HOUR', 'HOUR', 'The hour of the day, 0 to 23.', [["HOUR(TIME '13:14:15')", '13']])
