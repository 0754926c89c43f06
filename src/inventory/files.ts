import { createReadStream, readFileSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { isUtf8 } from 'node:buffer'
import { HakubeError } from '../errors.ts'
import { isEncrypted } from '../vault/envelope.ts'
import type { Vault } from '../vault/vault.ts'
import { compareText } from './model.ts'
import { readPipe } from './pipe.ts'

// Far above any real inventory; a disk image given by mistake should not fill the memory.
const MAX_BYTES = 32 * 1024 * 1024

/** What is at this path; undefined if nothing is. Throws HakubeError if it cannot be looked at. */
export function look(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined
    throw unreadable(path, error)
  }
}

/** The names in a directory, in order. Throws HakubeError if it cannot be listed. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort(compareText)
  } catch (error) {
    throw unreadable(directory, error)
  }
}

/** Whether a file begins as a program does: with #! or as an ELF binary. Other texts a shell would try to run. */
export async function isProgram(path: string): Promise<boolean> {
  try {
    const file = await open(path)
    try {
      const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
      const start = buffer.toString('latin1')
      return start.startsWith('#!') || start === '\x7fELF'
    } finally {
      await file.close()
    }
  } catch (error) {
    throw unreadable(path, error)
  }
}

/**
 * The text of a file, decrypted if it is encrypted as a whole. Throws HakubeError if it cannot be read or
 * decrypted, is too big, or is no UTF-8 text.
 */
export async function readText(path: string, vault: Vault): Promise<{ text: string; hidden: boolean }> {
  const read = await readBytes(path)
  const hidden = isEncrypted(read)
  const bytes = vault.content(read, path)
  const nul = bytes.indexOf(0)
  if (nul !== -1) throw notText(path, bytes, nul, 'a NUL character')
  if (!isUtf8(bytes)) throw notText(path, bytes, firstBadByte(bytes), 'bytes that are not UTF-8')
  return { text: bytes.toString('utf8'), hidden }
}

async function readBytes(path: string): Promise<Buffer> {
  let bytes: Buffer | undefined
  try {
    const found = statSync(path)
    // Regular files are read at once: with hundreds of group_vars files, going through the thread pool for each
    // step takes longer than the reading.
    if (found.isFile()) bytes = found.size > MAX_BYTES ? undefined : readFileSync(path)
    else bytes = await collect(found.isFIFO() ? readPipe(path) : createReadStream(path))
  } catch (error) {
    throw unreadable(path, error)
  }
  if (bytes) return bytes
  throw new HakubeError(`${path} is bigger than ${MAX_BYTES / 1024 / 1024} MiB`, {
    code: 'inventory-file',
    place: { file: path },
    hint: 'Is this the right file?',
  })
}

/** All that comes, undefined if it is too much. */
async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > MAX_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function firstBadByte(bytes: Buffer): number {
  let start = 0
  for (;;) {
    const end = bytes.indexOf(10, start)
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return start
    start = end + 1
  }
}

function notText(path: string, bytes: Buffer, offset: number, what: string): HakubeError {
  const line = bytes.subarray(0, offset).toString('latin1').split('\n').length
  return new HakubeError(`${path} is not a text file: line ${line} has ${what}`, {
    code: 'inventory-file',
    place: { file: path, line },
    hint: 'Is this the right file? It must be text in UTF-8.',
  })
}

function unreadable(path: string, error: unknown): HakubeError {
  if (error instanceof HakubeError) return error
  const reason = REASONS.find(([code]) => hasCode(error, code))?.[1]
  return new HakubeError(`cannot read ${path}: ${reason ?? String(error)}`, {
    code: 'inventory-file',
    place: { file: path },
    hint: hasCode(error, 'EACCES') ? 'Check its permissions and those of its directories.' : undefined,
    cause: error,
  })
}

const REASONS: [string, string][] = [
  ['EACCES', 'permission denied'],
  ['EPERM', 'operation not permitted'],
  ['EISDIR', 'it is a directory'],
  ['ELOOP', 'too many symbolic links'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['ENOENT', 'there is no such file'],
  ['EIO', 'the disk reports an error'],
]

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
