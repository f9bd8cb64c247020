/**
 * Display names of time zones (`z`, `zzzz` of SimpleDateFormat).
 *
 * Law: long names are CLDR's, which `Intl` has; the short ones of Java are not in CLDR for most zones, so the usual ones
 * are listed here, and any other zone shows its offset (`GMT+08:00`).
 */

import { findTimeZone, type TimeZone } from '../../../types/time-zone.ts'
import { legacyOffset } from './hybrid-calendar.ts'

const SHORT: Readonly<Record<string, string>> = {
  'Argentina Standard Time': 'ART',
  'Australian Central Daylight Time': 'ACDT',
  'Australian Central Standard Time': 'ACST',
  'Australian Eastern Daylight Time': 'AEDT',
  'Australian Eastern Standard Time': 'AEST',
  'Australian Western Standard Time': 'AWST',
  'Brasilia Standard Time': 'BRT',
  'British Summer Time': 'BST',
  'Central Africa Time': 'CAT',
  'Central European Standard Time': 'CET',
  'Central European Summer Time': 'CEST',
  'China Standard Time': 'CST',
  'Coordinated Universal Time': 'UTC',
  'East Africa Time': 'EAT',
  'Eastern European Standard Time': 'EET',
  'Eastern European Summer Time': 'EEST',
  'Greenwich Mean Time': 'GMT',
  'Hong Kong Standard Time': 'HKT',
  'India Standard Time': 'IST',
  'Indochina Time': 'ICT',
  'Irish Standard Time': 'IST',
  'Israel Daylight Time': 'IDT',
  'Israel Standard Time': 'IST',
  'Japan Standard Time': 'JST',
  'Korean Standard Time': 'KST',
  'Moscow Standard Time': 'MSK',
  'New Zealand Daylight Time': 'NZDT',
  'New Zealand Standard Time': 'NZST',
  'Pakistan Standard Time': 'PKT',
  'Philippine Standard Time': 'PST',
  'Singapore Standard Time': 'SGT',
  'South Africa Standard Time': 'SAST',
  'West Africa Standard Time': 'WAT',
  'Western European Standard Time': 'WET',
  'Western European Summer Time': 'WEST',
  'Western Indonesia Time': 'WIB',
}

/** Java names the standard and the daylight time of a zone as they are now, whenever the instant was. */
const SEASONS = [Date.UTC(2024, 0, 1), Date.UTC(2024, 6, 1)]

const formats = new Map<string, Intl.DateTimeFormat>()

function intlName(id: string, style: 'long' | 'short', epochMillis: number): string {
  const key = `${style} ${id}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName: style, year: 'numeric' })
    formats.set(key, format)
  }
  return format.formatToParts(epochMillis).find((part) => part.type === 'timeZoneName')?.value ?? id
}

export function zoneName(zone: TimeZone, style: 'long' | 'short', epochMillis: number): string {
  if (zone.id === 'UTC' || zone.id === 'Z') return style === 'long' ? 'Coordinated Universal Time' : 'UTC'
  if (zone.id === 'GMT') return style === 'long' ? 'Greenwich Mean Time' : 'GMT'
  if (zone.fixed) return gmtText(zone.offsetAt(0))
  const offset = legacyOffset(zone, epochMillis)
  const at = SEASONS.find((season) => zone.offsetAt(season) === offset) ?? epochMillis
  const long = intlName(zone.id, 'long', at)
  if (style === 'long') return /^GMT/.test(long) ? gmtText(offset) : long
  const short = intlName(zone.id, 'short', at)
  return SHORT[long] ?? (/^(GMT|UTC)[+-]/.test(short) ? gmtText(offset) : short)
}

/** `GMT+08:00` */
function gmtText(offset: number): string {
  return offset === 0 ? 'GMT' : `GMT${offsetText(offset, ':')}`
}

/** `+08:00`, `+0800` */
export function offsetText(offset: number, between: string): string {
  const minutes = Math.floor(Math.abs(offset) / 60_000)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${between}${two(minutes % 60)}`
}

// ---- Reading -----------------------------------------------------------------------------------------------------

/** Zones whose names are read, in the order in which a short name means one of them. */
const READABLE = [
  'UTC',
  'GMT',
  'America/Los_Angeles',
  'America/Denver',
  'America/Chicago',
  'America/New_York',
  'America/Halifax',
  'Europe/London',
  'Europe/Paris',
  'Europe/Athens',
  'Europe/Moscow',
  'Asia/Kolkata',
  'Asia/Shanghai',
  'Asia/Hong_Kong',
  'Asia/Singapore',
  'Asia/Tokyo',
  'Asia/Seoul',
  'Australia/Sydney',
  'Australia/Darwin',
  'Australia/Perth',
  'Pacific/Auckland',
  'Africa/Johannesburg',
  'America/Sao_Paulo',
]

let readable: ReadonlyMap<string, number> | undefined

function namesOf(zone: TimeZone, into: Map<string, number>): void {
  for (const season of SEASONS) {
    const offset = zone.offsetAt(season)
    for (const style of ['short', 'long'] as const) {
      const name = zoneName(zone, style, season).toLowerCase()
      if (!into.has(name)) into.set(name, offset)
    }
  }
}

/** The name of a zone at the start of a text, in any case: those of the given zone first, then the usual ones. */
export function readZoneName(
  text: string,
  zone: TimeZone,
): { readonly offset: number; readonly length: number } | undefined {
  if (readable === undefined) {
    const names = new Map<string, number>()
    for (const id of READABLE) {
      const known = findTimeZone(id)
      if (known !== undefined) namesOf(known, names)
    }
    readable = names
  }
  const own = new Map<string, number>()
  namesOf(zone, own)
  const lower = text.toLowerCase()
  let best: { readonly offset: number; readonly length: number } | undefined
  for (const names of [own, readable]) {
    for (const [name, offset] of names) {
      if (lower.startsWith(name) && name.length > (best?.length ?? 0)) best = { offset, length: name.length }
    }
    if (best !== undefined) return best
  }
  return undefined
}
