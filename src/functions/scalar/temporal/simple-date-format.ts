/**
 * Printing instants with SimpleDateFormat patterns (`FROM_UNIXTIME`, `DATE_FORMAT` of texts).
 *
 * Law: fields are those of the hybrid calendar in the given zone, letters as in Java 17, names English.
 */
import { dayOfWeek, MILLIS_PER_DAY, packedDay, packedMonth, packedYear } from '../../../types/calendar.ts'
import type { TimeZone } from '../../../types/time-zone.ts'
import { localDayOfWeek, MONTHS, padded, WEEKDAYS, weekOfMonth } from './date-time-fields.ts'
import { hybridDays, legacyOffset, packHybrid } from './hybrid-calendar.ts'
import { simplePattern } from './simple-date-pattern.ts'
import { offsetText, zoneName } from './zone-names.ts'

export function formatSimple(pattern: string, epochMillis: number, zone: TimeZone): string {
  const nodes = simplePattern(pattern)
  const local = epochMillis + legacyOffset(zone, epochMillis)
  const days = Math.floor(local / MILLIS_PER_DAY)
  const packed = packHybrid(days)
  const year = packedYear(packed)
  const month = packedMonth(packed)
  const day = packedDay(packed)
  const ofDay = local - days * MILLIS_PER_DAY
  const hour = Math.floor(ofDay / 3_600_000)
  let text = ''
  for (const node of nodes) {
    if (node.kind === 'literal') {
      text += node.text
      continue
    }
    const { letter, count } = node
    switch (letter) {
      case 'G':
        text += year > 0 ? 'AD' : 'BC'
        break
      case 'y':
      case 'Y': {
        const shown = letter === 'y' ? (year > 0 ? year : 1 - year) : weekYearOf(days, year)
        text += count === 2 ? padded(shown % 100, 2) : padded(shown, count)
        break
      }
      case 'M':
      case 'L':
        text += count >= 4 ? MONTHS[month] : count === 3 ? MONTHS[month].slice(0, 3) : padded(month, count)
        break
      case 'w':
        text += padded(Math.floor((days - weekStart(weekYearOf(days, year))) / 7) + 1, count)
        break
      case 'W':
        text += padded(weekOfMonth(days, day), count)
        break
      case 'D':
        text += padded(days - hybridDays(year, 1, 1) + 1, count)
        break
      case 'd':
        text += padded(day, count)
        break
      case 'F':
        text += padded(Math.floor((day - 1) / 7) + 1, count)
        break
      case 'E':
        text += count >= 4 ? WEEKDAYS[dayOfWeek(days)] : WEEKDAYS[dayOfWeek(days)].slice(0, 3)
        break
      case 'u':
        text += padded(dayOfWeek(days), count)
        break
      case 'a':
        text += hour < 12 ? 'AM' : 'PM'
        break
      case 'H':
        text += padded(hour, count)
        break
      case 'k':
        text += padded(hour || 24, count)
        break
      case 'K':
        text += padded(hour % 12, count)
        break
      case 'h':
        text += padded(hour % 12 || 12, count)
        break
      case 'm':
        text += padded(Math.floor(ofDay / 60_000) % 60, count)
        break
      case 's':
        text += padded(Math.floor(ofDay / 1000) % 60, count)
        break
      case 'S':
        text += padded(ofDay % 1000, count)
        break
      case 'z':
        text += zoneName(zone, count >= 4 ? 'long' : 'short', epochMillis)
        break
      case 'Z':
        text += offsetText(local - epochMillis, '')
        break
      default: {
        const offset = local - epochMillis
        if (offset === 0) text += 'Z'
        else text += count === 1 ? offsetText(offset, '').slice(0, 3) : offsetText(offset, count === 2 ? '' : ':')
      }
    }
  }
  return text
}

function weekStart(year: number): number {
  const january = hybridDays(year, 1, 1)
  return january - (localDayOfWeek(january) - 1)
}

function weekYearOf(days: number, year: number): number {
  return days >= weekStart(year + 1) ? year + 1 : year
}

/** First day of a week of the week year. */
export function firstDayOfWeek(weekYear: number, week: number): number {
  return weekStart(weekYear) + (week - 1) * 7
}
