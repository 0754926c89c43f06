import { randomBytes } from 'node:crypto'
import { appendFile, mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { hashName, keyType, type KnownHosts, matchesHost, parseKnownHosts } from './known-hosts.ts'

/** Milliseconds after which a lock file counts as left behind; appending a line takes a few. */
const STALE_LOCK = 10_000

/** All entries of the files, in their order. A file that does not exist has none. */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHosts> {
  const parts = await Promise.all(files.map(async (file) => parseKnownHosts(await readIfThere(file), file)))
  return {
    entries: parts.flatMap(({ entries }) => entries),
    badLines: parts.flatMap(({ badLines }) => badLines),
  }
}

/**
 * Adds a host's key in OpenSSH's format, unless a line for it is there. Several runs may do so at once: a lock
 * file beside it orders them, and the line is written in one piece, as OpenSSH itself does.
 */
export async function addKnownHost(file: string, name: string, key: Buffer, hashed: boolean): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await withLock(`${file}.hakube-lock`, async () => {
    const text = await readIfThere(file)
    const { entries } = parseKnownHosts(text, file)
    if (entries.some((entry) => !entry.marker && entry.key.equals(key) && matchesHost(entry.patterns, name)))
      return
    const host = hashed ? hashName(name, randomBytes(20)) : name
    const line = `${host} ${keyType(key) ?? ''} ${key.toString('base64')}\n`
    await appendFile(file, text === '' || text.endsWith('\n') ? line : `\n${line}`, { mode: 0o600 })
  })
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return ''
    throw error
  }
}

async function withLock(lock: string, action: () => Promise<void>): Promise<void> {
  while (!(await createLock(lock))) await sleep(5 + Math.random() * 20)
  try {
    await action()
  } finally {
    await rm(lock, { force: true })
  }
}

async function createLock(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close()
    return true
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  }
  const held = await stat(lock).catch(() => undefined)
  if (held && Date.now() - held.mtimeMs > STALE_LOCK) await rm(lock, { force: true })
  return false
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
