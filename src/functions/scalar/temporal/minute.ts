import { datePart } from './date-part.ts'

export const minute = datePart('MINUTE', 'MINUTE', 'The minute of the hour, 0 to 59.', [
  ["MINUTE(TIME '13:14:15')", '14'],
])
