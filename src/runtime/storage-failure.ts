/** What kept a snapshot from being stored, in words that say what to do: disks and object stores fail in a few ways. */
import type { StorageFailure } from '../base/catalogue/runtime.ts'
import { failure, isRivuletError } from '../base/errors.ts'

const KINDS: Readonly<Record<string, StorageFailure>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  AccessDenied: 'denied',
  InvalidAccessKeyId: 'denied',
  SignatureDoesNotMatch: 'denied',
  CredentialsProviderError: 'denied',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENOTFOUND: 'unreachable',
  ETIMEDOUT: 'unreachable',
  TimeoutError: 'unreachable',
  NoSuchBucket: 'missing',
}

export function notStored(job: string, path: string, cause: unknown): Error {
  if (isRivuletError(cause)) return cause
  const first = innermost(cause)
  const kind = KINDS[first.code ?? ''] ?? KINDS[first.name] ?? 'other'
  return failure('RUNTIME_SNAPSHOT_NOT_STORED', { job, path, detail: detailOf(first), kind }, { cause })
}

/** Node reports a refused connection as an error without words around one per address. */
function innermost(cause: unknown): Error & { code?: string } {
  if (cause instanceof AggregateError && cause.errors.length > 0) return innermost(cause.errors[0])
  return cause instanceof Error ? cause : new Error(String(cause))
}

function detailOf({ name, message }: Error): string {
  // The SDK names its errors; a message of some servers is empty, or the name again.
  if (name === 'Error' || message.includes(name)) return message
  return message === '' ? name : `${name}: ${message}`
}
