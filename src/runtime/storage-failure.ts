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
  ENOTDIR: 'file',
  EEXIST: 'file',
}

export function notStored(job: string, path: string, cause: unknown): Error {
  if (isRivuletError(cause)) return cause
  return failure('RUNTIME_SNAPSHOT_NOT_STORED', { job, path, ...described(cause) }, { cause })
}

export function notRead(path: string, cause: unknown): Error {
  if (isRivuletError(cause)) return cause
  return failure('RUNTIME_SNAPSHOT_NOT_READ', { path, ...described(cause) }, { cause })
}

function described(cause: unknown): { readonly detail: string; readonly kind: StorageFailure } {
  const first = innermost(cause)
  const region = first.message === 'Region is missing' ? 'region' : undefined
  return { detail: detailOf(first), kind: region ?? KINDS[first.code ?? ''] ?? KINDS[first.name] ?? 'other' }
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
