import type { ScalarFunction } from '../../../expr/function.ts'
import { convertTz } from './convert-tz.ts'
import { currentDate } from './current-date.ts'
import { currentRowTimestamp } from './current-row-timestamp.ts'
import { currentTime } from './current-time.ts'
import { currentTimestamp } from './current-timestamp.ts'
import { currentWatermark } from './current-watermark.ts'
import { dateFormat } from './date-format.ts'
import { dayOfMonthPart } from './day-of-month.ts'
import { dayOfWeekPart } from './day-of-week.ts'
import { dayOfYearPart } from './day-of-year.ts'
import { extract } from './extract.ts'
import { fromUnixtime } from './from-unixtime.ts'
import { hour } from './hour.ts'
import { localTimestamp } from './local-timestamp.ts'
import { minusDate } from './minus-date.ts'
import { minute } from './minute.ts'
import { month } from './month.ts'
import { overlaps } from './overlaps.ts'
import { proctime } from './proctime.ts'
import { quarter } from './quarter.ts'
import { second } from './second.ts'
import { timestampAdd } from './timestamp-add.ts'
import { timestampDiff } from './timestamp-diff.ts'
import { toDate } from './to-date.ts'
import { toTimestamp } from './to-timestamp.ts'
import { toTimestampLtz } from './to-timestamp-ltz.ts'
import { unixTimestamp } from './unix-timestamp.ts'
import { week } from './week.ts'
import { year } from './year.ts'

/** Every function of the theme, one line each; FLOOR, CEIL, + and - of times are in the numeric themes. */
export const temporalFunctions: readonly ScalarFunction[] = [
  currentDate,
  currentTime,
  currentTimestamp,
  currentRowTimestamp,
  localTimestamp,
  proctime,
  currentWatermark,
  unixTimestamp,
  fromUnixtime,
  toDate,
  toTimestamp,
  toTimestampLtz,
  dateFormat,
  convertTz,
  extract,
  year,
  quarter,
  month,
  week,
  dayOfYearPart,
  dayOfMonthPart,
  dayOfWeekPart,
  hour,
  minute,
  second,
  timestampAdd,
  timestampDiff,
  minusDate,
  overlaps,
]
