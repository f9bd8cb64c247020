/** Paths of snapshots as requests and answers name them: of this machine, or `s3://…`. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A path as people write it: a path, or a `file:` URL in any of its forms. */
export function localPath(path: string): string {
  if (!path.startsWith('file:')) return path
  return path.startsWith('file://') ? fileURLToPath(path) : path.slice('file:'.length)
}

/** A folder without a manifest is none: it is written last (`runtime/snapshot-store.ts`). */
export function isSnapshot(folder: string): boolean {
  return existsSync(join(folder, 'manifest.json'))
}

/** In a storage that only the job's process can look into. */
export function isRemote(path: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//.test(path)
}

/** As answers name it. */
export function snapshotUrl(path: string): string {
  return isRemote(path) ? path : `file:${path}`
}
