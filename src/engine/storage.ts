/** Where a path of snapshots leads: `s3://bucket/prefix` to an object store, anything else to the host's files. */
import type { Host } from '../base/host.ts'
import { s3Files } from '../base/s3-files.ts'
import type { SnapshotFiles } from '../runtime/snapshot-store.ts'

export function storageFor(host: Host, path: string): SnapshotFiles {
  return path.startsWith('s3://') ? s3Files() : host.storage
}
