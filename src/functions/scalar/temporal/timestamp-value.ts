/** Between the one number of a TIMESTAMP(p) value and milliseconds with the nanoseconds inside them. */

import type { LogicalType, TimestampType } from '../../../types/logical-type.ts'
import { findTimeZone, type TimeZone, timeZone, UTC } from '../../../types/time-zone.ts'
import { type Exact, exact, fromMillis, unitsPerMilli } from '../../../types/value.ts'

/** Nanoseconds within the millisecond `millis` of a value. */
export function nanosOfMilli(value: Exact, precision: number, millis: number): number {
  const units = unitsPerMilli(precision)
  if (units === 1) return 0
  const rest = typeof value === 'number' ? value - millis * units : Number(value - BigInt(millis) * BigInt(units))
  return units === 1000 ? rest * 1000 : rest
}

/** The TIMESTAMP(p) value; digits beyond the precision are cut off. */
export function timestampOf(millis: number, nanos: number, precision: number): Exact {
  const units = unitsPerMilli(precision)
  if (units === 1 || nanos === 0) return fromMillis(millis, precision)
  const rest = units === 1000 ? Math.floor(nanos / 1000) : nanos
  const value = millis * units + rest
  return Number.isSafeInteger(value) ? value : exact(BigInt(millis) * BigInt(units) + BigInt(rest))
}

/** `value + delta` milliseconds, in the units of the precision. */
export function addMillis(value: Exact, delta: Exact, precision: number): Exact {
  const units = unitsPerMilli(precision)
  if (typeof value === 'number' && typeof delta === 'number') {
    const sum = value + delta * units
    if (Number.isSafeInteger(sum)) return sum
  }
  return exact(BigInt(value) + BigInt(delta) * BigInt(units))
}

/** The zone in which a type's values are taken apart: the session's for TIMESTAMP_LTZ, none (UTC) for the others. */
export function zoneOf(type: LogicalType, sessionZone: string): TimeZone {
  return type.kind === 'TIMESTAMP_LTZ' ? timeZone(sessionZone) : UTC
}

export const precisionOf = (type: LogicalType): number => (type as TimestampType).precision

const SHORT_IDS: Readonly<Record<string, string>> = {
  ACT: 'Australia/Darwin',
  AET: 'Australia/Sydney',
  AGT: 'America/Argentina/Buenos_Aires',
  ART: 'Africa/Cairo',
  AST: 'America/Anchorage',
  BET: 'America/Sao_Paulo',
  BST: 'Asia/Dhaka',
  CAT: 'Africa/Harare',
  CNT: 'America/St_Johns',
  CST: 'America/Chicago',
  CTT: 'Asia/Shanghai',
  EAT: 'Africa/Addis_Ababa',
  ECT: 'Europe/Paris',
  EST: '-05:00',
  HST: '-10:00',
  IET: 'America/Indiana/Indianapolis',
  IST: 'Asia/Kolkata',
  JST: 'Asia/Tokyo',
  MIT: 'Pacific/Apia',
  MST: '-07:00',
  NET: 'Asia/Yerevan',
  NST: 'Pacific/Auckland',
  PLT: 'Asia/Karachi',
  PNT: 'America/Phoenix',
  PRT: 'America/Puerto_Rico',
  PST: 'America/Los_Angeles',
  SST: 'Pacific/Guadalcanal',
  VST: 'Asia/Ho_Chi_Minh',
}

/** java.util.TimeZone's reading of an id: old three-letter names, `GMT+8`; what it does not know is UTC. */
export function legacyZone(id: string): TimeZone {
  const offset = /^GMT([+-])(\d{1,2})(?::?(\d\d))?$/.exec(id)
  if (offset !== null) {
    const [, sign, hours, minutes = '00'] = offset
    if (Number(hours) > 23 || Number(minutes) > 59) return UTC
    return findTimeZone(`${sign}${hours.padStart(2, '0')}:${minutes}`) ?? UTC
  }
  if (/^(UTC|UT|GMT)?[+-]/.test(id)) return UTC
  return findTimeZone(SHORT_IDS[id] ?? id) ?? UTC
}

/** java.time's reading of an id, which knows the old three-letter names only as far as the time zone database has them. */
export function namedZone(id: string): TimeZone | undefined {
  const old = SHORT_IDS[id] !== undefined && id !== 'EST' && id !== 'MST' && id !== 'HST'
  return old ? undefined : findTimeZone(id)
}
