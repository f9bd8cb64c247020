import { fail } from '../../../base/errors.ts'
import { decodeBitmap } from '../../../types/bitmap.ts'

/** The members of a bitmap that was checked when it was made. */
export function membersOf(bytes: Uint8Array): number[] {
  return decodeBitmap(bytes) ?? fail('FUNCTION_INTERNAL', { detail: 'a BITMAP value whose bytes are no bitmap' })
}
