/**
 * Snapshots in a folder: one state file per operator and subtask, and a manifest that names them all.
 *
 * Laws
 * - The manifest is written last and atomically: a folder without a manifest is no snapshot.
 * - The manifest holds the length and the CRC-32 of every file; a file that differs is reported by name, nothing is restored.
 * - What is stored does not depend on the state backend or on the parallelism (key groups, `state/row-codec.ts`).
 */
import { crc32 } from 'node:zlib'
import { fail } from '../base/errors.ts'
import type { Storage } from '../base/host.ts'
import type { SerializedState } from '../state/contract.ts'
import type { SinkPart } from './transactions.ts'

/** A complete snapshot of a job, in memory. */
export interface JobSnapshot {
  readonly checkpoint: number
  /** Epoch ms at which the barrier was triggered. */
  readonly timestamp: number
  /** Identity of the plan that wrote it: node ids, kinds, versions and state schemas. */
  readonly plan: readonly OperatorIdentity[]
  readonly maxParallelism: number
  readonly parts: readonly OperatorPart[]
  /** Of transactional sinks: what is committed when the snapshot is complete, or again when it is restored. */
  readonly sinks?: readonly SinkPart[]
}

export interface OperatorIdentity {
  readonly node: number
  readonly kind: string
  readonly version: number
  /** The state declarations as JSON text. */
  readonly state: string
}

export interface OperatorPart {
  readonly node: number
  readonly subtask: number
  /** Watermark of the subtask's input; −Infinity before the first. */
  readonly watermark: number
  readonly state: SerializedState
}

const MANIFEST = 'manifest.json'
const FORMAT = 1

interface Manifest {
  readonly rivuletSnapshot: number
  readonly checkpoint: number
  readonly timestamp: number
  readonly plan: readonly OperatorIdentity[]
  readonly maxParallelism: number
  readonly parts: readonly {
    readonly node: number
    readonly subtask: number
    /** `null` for −Infinity, `'max'` for the end of input. */
    readonly watermark: number | 'max' | null
    readonly operator: SerializedState['operator']
    readonly file: string
    readonly length: number
    readonly crc32: number
    /** Where the rows of a state and key group lie in the file. */
    readonly keyed: readonly { readonly state: string; readonly keyGroup: number; readonly length: number }[]
  }[]
  readonly sinks?: readonly SinkPart[]
}

export async function writeSnapshot(storage: Storage, folder: string, snapshot: JobSnapshot): Promise<void> {
  const parts = await Promise.all(
    snapshot.parts.map(async ({ node, subtask, watermark, state }) => {
      const file = `operator-${node}-${subtask}.state`
      const bytes = Buffer.concat(state.keyed.map((entry) => entry.bytes))
      if (bytes.length > 0) await storage.writeAtomic(`${folder}/${file}`, bytes)
      return {
        node,
        subtask,
        watermark:
          watermark === Number.POSITIVE_INFINITY ? ('max' as const) : Number.isFinite(watermark) ? watermark : null,
        operator: state.operator,
        file,
        length: bytes.length,
        crc32: crc32(bytes),
        keyed: state.keyed.map(({ state: name, keyGroup, bytes: { length } }) => ({ state: name, keyGroup, length })),
      }
    }),
  )
  const { checkpoint, timestamp, plan, maxParallelism, sinks } = snapshot
  const manifest: Manifest = { rivuletSnapshot: FORMAT, checkpoint, timestamp, plan, maxParallelism, parts, sinks }
  await storage.writeAtomic(`${folder}/${MANIFEST}`, Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`))
}

export async function readSnapshot(storage: Storage, folder: string): Promise<JobSnapshot> {
  const path = `${folder}/${MANIFEST}`
  if (!(await storage.exists(path))) fail('RUNTIME_NO_SNAPSHOT', { path: folder })
  const manifest = parseManifest(path, Buffer.from(await storage.read(path)).toString('utf8'))
  const parts: OperatorPart[] = []
  for (const part of manifest.parts) {
    const file = `${folder}/${part.file}`
    const bytes = part.length === 0 ? new Uint8Array(0) : await readStateFile(storage, file)
    if (bytes.length !== part.length) {
      fail('RUNTIME_SNAPSHOT_DAMAGED', { file, expected: `${part.length} bytes`, found: `${bytes.length}` })
    }
    const checksum = crc32(bytes)
    if (checksum !== part.crc32) {
      fail('RUNTIME_SNAPSHOT_DAMAGED', { file, expected: `CRC-32 ${part.crc32}`, found: `${checksum}` })
    }
    let offset = 0
    const keyed = part.keyed.map(({ state, keyGroup, length }) => {
      const slice = bytes.subarray(offset, offset + length)
      offset += length
      return { state, keyGroup, bytes: slice }
    })
    const watermark = part.watermark === 'max' ? Number.POSITIVE_INFINITY : (part.watermark ?? Number.NEGATIVE_INFINITY)
    parts.push({ node: part.node, subtask: part.subtask, watermark, state: { keyed, operator: part.operator } })
  }
  const { checkpoint, timestamp, plan, maxParallelism, sinks } = manifest
  return { checkpoint, timestamp, plan, maxParallelism, parts, ...(sinks !== undefined && { sinks }) }
}

async function readStateFile(storage: Storage, file: string): Promise<Uint8Array> {
  if (!(await storage.exists(file))) {
    fail('RUNTIME_SNAPSHOT_DAMAGED', { file, expected: 'a state file', found: 'no file' })
  }
  return storage.read(file)
}

function parseManifest(path: string, text: string): Manifest {
  let manifest: Manifest
  try {
    manifest = JSON.parse(text)
  } catch (cause) {
    fail('RUNTIME_SNAPSHOT_DAMAGED', { file: path, expected: 'a JSON manifest', found: String(cause) }, { cause })
  }
  if (manifest.rivuletSnapshot !== FORMAT) {
    const found = `version ${manifest.rivuletSnapshot}`
    fail('RUNTIME_SNAPSHOT_DAMAGED', { file: path, expected: `snapshot format ${FORMAT}`, found })
  }
  return manifest
}
