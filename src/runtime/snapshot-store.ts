/**
 * Snapshots in a folder: state files, and a manifest that names them all.
 *
 * Laws
 * - The manifest is written last and atomically: a folder without a manifest is no snapshot.
 * - The manifest holds the length and the CRC-32 of every file, and last the CRC-32 of its own text before; a file that
 *   differs is reported by name, nothing is restored.
 * - What is stored does not depend on the state backend or on the parallelism (key groups, `state/row-codec.ts`).
 * - A subtask's state may stand in several files, oldest first: a full one, then changes upon it. A savepoint's files stand
 *   beside its manifest; a checkpoint's may belong to earlier ones too (`checkpoint-store.ts`).
 */
import { crc32 } from 'node:zlib'
import { fail, isRivuletError } from '../base/errors.ts'
import type { Storage } from '../base/host.ts'
import type { KeyedPart, SerializedState } from '../state/contract.ts'
import type { SinkPart } from './transactions.ts'

/** Where snapshots are kept: a local folder or an object store. */
export type SnapshotFiles = Pick<Storage, 'read' | 'writeAtomic' | 'list' | 'exists' | 'remove'>

/** A complete snapshot of a job, in memory. */
export interface JobSnapshot {
  readonly checkpoint: number
  /** Epoch ms at which the barrier was triggered. */
  readonly timestamp: number
  /** Identity of the plan that wrote it: node ids, kinds, versions and state schemas. */
  readonly plan: readonly OperatorIdentity[]
  readonly maxParallelism: number
  readonly parts: readonly OperatorPart[]
  /** The last watermark went before the barrier and fired every window: what comes behind is late. */
  readonly drained?: boolean
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
  /** All of the state, which takes the place of whatever was written before; else changes upon that. */
  readonly whole?: boolean
}

export const MANIFEST = 'manifest.json'
/** 1 had one file per part, named in the part itself; 2 had no checksum of the manifest. */
const FORMAT = 3
const UNSUMMED_FORMATS: readonly number[] = [1, 2]

export interface StateFile {
  /** From the manifest's folder: `operator-1-0.state`, `../shared/3-1-0.state`. */
  readonly file: string
  readonly length: number
  readonly crc32: number
  /** Where the rows of a state and key group lie in the file. */
  readonly keyed: readonly {
    readonly state: string
    readonly keyGroup: number
    readonly length: number
    readonly changes?: boolean
  }[]
}

export interface ManifestPart {
  readonly node: number
  readonly subtask: number
  /** `null` for −Infinity, `'max'` for the end of input. */
  readonly watermark: number | 'max' | null
  readonly operator: SerializedState['operator']
  readonly files: readonly StateFile[]
}

export interface Manifest {
  readonly rivuletSnapshot: number
  /** Name of the job that wrote it. */
  readonly job?: string
  readonly checkpoint: number
  readonly timestamp: number
  readonly plan: readonly OperatorIdentity[]
  readonly maxParallelism: number
  readonly parts: readonly ManifestPart[]
  readonly drained?: boolean
  readonly sinks?: readonly SinkPart[]
}

type PartOfFormat1 = Omit<ManifestPart, 'files'> & StateFile

export interface Written {
  readonly manifest: Manifest
  /** Bytes written now, the manifest included. */
  readonly bytes: number
}

/**
 * Write a snapshot into a folder.
 * @param place where the file of a part is to stand, from the folder
 * @param earlier the files upon which the part's changes count; absent = the part is whole
 */
export async function writeSnapshot(
  files: SnapshotFiles,
  folder: string,
  snapshot: JobSnapshot,
  {
    job,
    place = ({ node, subtask }) => `operator-${node}-${subtask}.state`,
    earlier = () => [],
    signal,
  }: {
    readonly job?: string
    readonly place?: (part: OperatorPart) => string
    readonly earlier?: (part: OperatorPart) => readonly StateFile[]
    /** When it aborts before the manifest is written, none is. */
    readonly signal?: AbortSignal
  } = {},
): Promise<Written> {
  let bytes = 0
  const settled = await Promise.allSettled(
    snapshot.parts.map(async (part): Promise<ManifestPart> => {
      const { node, subtask, watermark, state } = part
      // Millions of rows are not copied once more for the sake of one piece.
      const content = state.keyed.map((entry) => entry.bytes)
      const length = content.reduce((sum, piece) => sum + piece.length, 0)
      const checksum = content.reduce((sum, piece) => crc32(piece, sum), 0)
      const file = place(part)
      if (length > 0) await files.writeAtomic(resolvePath(folder, file), content, signal)
      bytes += length
      const keyed = state.keyed.map(({ state: name, keyGroup, changes, bytes: { length } }) =>
        changes === true ? { state: name, keyGroup, length, changes } : { state: name, keyGroup, length },
      )
      const own: StateFile = { file, length, crc32: checksum, keyed }
      return {
        node,
        subtask,
        watermark:
          watermark === Number.POSITIVE_INFINITY ? ('max' as const) : Number.isFinite(watermark) ? watermark : null,
        operator: state.operator,
        files: length === 0 ? earlier(part) : [...earlier(part), own],
      }
    }),
  )
  // A failure is told when no write is under way any more: what was written can be removed then.
  const parts = settled.map((each) => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
  const { checkpoint, timestamp, plan, maxParallelism, drained, sinks } = snapshot
  const manifest: Manifest = {
    rivuletSnapshot: FORMAT,
    job,
    checkpoint,
    timestamp,
    plan,
    maxParallelism,
    parts,
    drained,
    sinks,
  }
  const text = Buffer.from(withChecksum(JSON.stringify(manifest, null, 1)))
  signal?.throwIfAborted()
  await files.writeAtomic(`${folder}/${MANIFEST}`, text, signal)
  return { manifest, bytes: bytes + text.length }
}

/** Read a snapshot; a damaged one is refused with its file and the newest other one in the same place that is whole. */
export async function readSnapshot(files: SnapshotFiles, folder: string): Promise<JobSnapshot> {
  const at = folder.replace(/(?<=.)\/+$/, '')
  try {
    return await read(files, at)
  } catch (error) {
    const damage = damageOf(error)
    if (damage === undefined) throw error
    const usable = await newestWhole(files, at)
    return fail('RUNTIME_SNAPSHOT_DAMAGED', { ...damage, usable }, { cause: (error as Error).cause })
  }
}

export interface Damage {
  readonly file: string
  readonly expected: string
  readonly found: string
}

/** What is damaged; undefined when the error is another one. */
export function damageOf(error: unknown): Damage | undefined {
  if (!isRivuletError(error) || error.code !== 'RUNTIME_SNAPSHOT_DAMAGED') return undefined
  return (error as { params?: Damage }).params
}

function damaged(damage: Damage, cause?: unknown): never {
  try {
    return fail('RUNTIME_SNAPSHOT_DAMAGED', damage, { cause })
  } catch (error) {
    throw Object.assign(error as Error, { params: damage })
  }
}

async function newestWhole(files: SnapshotFiles, folder: string): Promise<string | undefined> {
  const parent = resolvePath(folder, '..')
  for (const name of (await checkpointFolders(files, parent)).reverse()) {
    const other = resolvePath(parent, name)
    if (other === folder) continue
    try {
      await read(files, other)
      return other
    } catch (error) {
      if (!isRivuletError(error)) throw error
      // That one cannot be used either.
    }
  }
  return undefined
}

/** Names of the folders `chk-<n>`, by number. */
export async function checkpointFolders(files: SnapshotFiles, folder: string): Promise<string[]> {
  const number = (name: string) => Number(name.slice('chk-'.length))
  const names = (await files.list(folder === '' ? '.' : folder)).filter((name) => /^chk-\d+$/.test(name))
  return names.sort((a, b) => number(a) - number(b))
}

async function read(files: SnapshotFiles, folder: string): Promise<JobSnapshot> {
  const manifest = await readManifest(files, folder)
  const parts: OperatorPart[] = []
  for (const part of manifest.parts) {
    let keyed: KeyedPart[] = []
    for (const each of part.files) {
      const blocks = await readFile(files, resolvePath(folder, each.file), each)
      // A whole part of a state takes the place of all before it.
      const whole = new Set(blocks.filter((block) => block.changes !== true).map((block) => block.state))
      keyed = [...keyed.filter((block) => !whole.has(block.state)), ...blocks]
    }
    const watermark = part.watermark === 'max' ? Number.POSITIVE_INFINITY : (part.watermark ?? Number.NEGATIVE_INFINITY)
    parts.push({ node: part.node, subtask: part.subtask, watermark, state: { keyed, operator: part.operator } })
  }
  const { checkpoint, timestamp, plan, maxParallelism, drained, sinks } = manifest
  const more = { ...(drained === true && { drained }), ...(sinks !== undefined && { sinks }) }
  return { checkpoint, timestamp, plan, maxParallelism, parts, ...more }
}

async function readFile(files: SnapshotFiles, path: string, expected: StateFile): Promise<KeyedPart[]> {
  if (expected.length === 0) return []
  if (!(await files.exists(path))) damaged({ file: path, expected: 'a state file', found: 'no file' })
  const bytes = await files.read(path)
  if (bytes.length !== expected.length) {
    damaged({ file: path, expected: `${expected.length} bytes`, found: `${bytes.length}` })
  }
  const checksum = crc32(bytes)
  if (checksum !== expected.crc32) {
    damaged({ file: path, expected: `CRC-32 ${expected.crc32}`, found: `${checksum}` })
  }
  let offset = 0
  return expected.keyed.map(({ state, keyGroup, length, changes }) => {
    const slice = bytes.subarray(offset, offset + length)
    offset += length
    return changes === true ? { state, keyGroup, changes, bytes: slice } : { state, keyGroup, bytes: slice }
  })
}

const CHECKSUM = /,\n "crc32": (\d+)\n\}\n$/

/** The text of an object with the checksum of it as its last member. */
function withChecksum(json: string): string {
  return `${json.slice(0, -'\n}'.length)},\n "crc32": ${crc32(json)}\n}\n`
}

/** The checksum that a manifest names, and the one that its text has. */
function checksumsOf(text: string): { readonly expected: number; readonly found: number } | undefined {
  const named = CHECKSUM.exec(text)
  return named === null ? undefined : { expected: Number(named[1]), found: crc32(`${text.slice(0, named.index)}\n}`) }
}

export async function readManifest(files: SnapshotFiles, folder: string): Promise<Manifest> {
  const path = resolvePath(folder, MANIFEST)
  if (!(await files.exists(path))) fail('RUNTIME_NO_SNAPSHOT', { path: folder })
  const text = Buffer.from(await files.read(path)).toString('utf8')
  let manifest: Manifest
  try {
    manifest = JSON.parse(text)
  } catch (cause) {
    damaged({ file: path, expected: 'a JSON manifest', found: String(cause) }, cause)
  }
  const sums = checksumsOf(text)
  if (sums === undefined && !UNSUMMED_FORMATS.includes(manifest.rivuletSnapshot)) {
    damaged({ file: path, expected: 'a checksum at its end', found: 'none' })
  }
  if (sums !== undefined && sums.expected !== sums.found) {
    damaged({ file: path, expected: `CRC-32 ${sums.expected}`, found: `${sums.found}` })
  }
  if (manifest.rivuletSnapshot === 1) {
    const parts = manifest.parts as unknown as readonly PartOfFormat1[]
    return {
      ...manifest,
      parts: parts.map(({ node, subtask, watermark, operator, file, length, crc32: sum, keyed }) => ({
        node,
        subtask,
        watermark,
        operator,
        files: [{ file, length, crc32: sum, keyed }],
      })),
    }
  }
  if (manifest.rivuletSnapshot !== FORMAT && manifest.rivuletSnapshot !== 2) {
    const found = `version ${manifest.rivuletSnapshot}`
    damaged({ file: path, expected: `snapshot format ${FORMAT} or older`, found })
  }
  return manifest
}

/** A path from a folder, with leading `..`: object stores and the memory's files know no such steps. */
export function resolvePath(folder: string, path: string): string {
  if (path !== '..' && !path.startsWith('../')) return folder === '' ? path : `${folder}/${path}`
  const rest = path.slice(3)
  const cut = folder.lastIndexOf('/')
  const name = folder.slice(cut + 1)
  const parent = name === '.' || name === '..' ? `${folder}/..` : cut === -1 ? '' : folder.slice(0, cut)
  return rest === '' ? parent : resolvePath(parent, rest)
}
