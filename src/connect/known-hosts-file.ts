import { randomBytes } from 'node:crypto'
import {
  appendFile,
  chown,
  mkdir,
  open,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { errnoOf } from '../errno.ts'
import { HakubeError } from '../errors.ts'
import {
  hashName,
  keyType,
  type KnownHost,
  type KnownHosts,
  matchesHost,
  parseKnownHosts,
} from './known-hosts.ts'

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
  await withLock(lockOf(file), async () => {
    const text = await readIfThere(file)
    const { entries } = parseKnownHosts(text, file)
    if (entries.some((entry) => !entry.marker && entry.key.equals(key) && matchesHost(entry.patterns, name)))
      return
    const host = hashed ? hashName(name, randomBytes(20)) : name
    const line = `${host} ${keyType(key) ?? ''} ${key.toString('base64')}\n`
    await appendFile(file, text === '' || text.endsWith('\n') ? line : `\n${line}`, { mode: 0o600 })
  })
}

/**
 * Removes a host's keys from a file, but those to keep, and returns how many went. The text as it was stays in
 * `<file>.old`. Names of other hosts in the same line stay.
 * Throws HakubeError `known-hosts-pattern` where a line is about more hosts than it names.
 */
export async function removeKnownHost(file: string, name: string, keep: readonly Buffer[]): Promise<number> {
  return withLock(lockOf(file), async () => {
    const text = await readIfThere(file)
    const old = parseKnownHosts(text, file).entries.filter(
      ({ marker, key, patterns }) =>
        marker === undefined && matchesHost(patterns, name) && !keep.some((kept) => kept.equals(key)),
    )
    if (old.length === 0) return 0
    const lines = text.split('\n')
    const left = new Map(
      old.map((entry) => [entry.line, withoutName(lines[entry.line - 1] ?? '', entry, name)]),
    )
    const rest = lines.flatMap((line, index) => left.get(index + 1) ?? (left.has(index + 1) ? [] : [line]))
    await replaceFile(file, text, rest.join('\n'))
    return old.length
  })
}

/** The line without the name; undefined when nothing is left. */
function withoutName(
  line: string,
  { patterns, file, line: number }: KnownHost,
  name: string,
): string | undefined {
  if (patterns.startsWith('|')) return undefined
  const others = patterns.split(',').filter((pattern) => pattern.toLowerCase() !== name)
  if (others.every((pattern) => pattern.startsWith('!'))) return undefined
  const rest = others.join(',')
  if (!matchesHost(rest, name)) return line.replace(patterns, () => rest)
  throw new HakubeError(
    `the old key of ${name} stands in a line about other hosts, too: ${rest} (${file}:${number})`,
    {
      code: 'known-hosts-pattern',
      hint: 'change that line by hand',
    },
  )
}

async function replaceFile(file: string, old: string, text: string): Promise<void> {
  // Behind a link it is the file that is replaced, not the link.
  const real = await realpath(file)
  const { mode, uid, gid } = await stat(real)
  const next = `${real}.hakube-new`
  await writeFile(`${real}.old`, old, { mode: 0o600 })
  await rm(next, { force: true })
  await writeFile(next, text, { mode: mode & 0o777, flag: 'wx' })
  if (process.getuid?.() === 0) await chown(next, uid, gid)
  await rename(next, real)
}

function lockOf(file: string): string {
  return `${file}.hakube-lock`
}

/** The text of a file. What is no file (a pipe, a device) may never end, and is not read. */
async function readIfThere(file: string): Promise<string> {
  try {
    const found = await stat(file)
    if (found.isFile()) return await readFile(file, 'utf8')
    if (file === '/dev/null') return ''
    throw new Error(found.isDirectory() ? 'it is a directory' : 'it is no regular file')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return ''
    const why = error instanceof Error ? error.message : String(error)
    throw new HakubeError(`the known hosts in ${file} cannot be read: ${why}`, {
      code: 'bad-known-hosts',
      hint: 'check the file, or UserKnownHostsFile and GlobalKnownHostsFile in the SSH configuration',
      cause: error,
    })
  }
}

async function withLock<Result>(lock: string, action: () => Promise<Result>): Promise<Result> {
  while (!(await createLock(lock))) await sleep(5 + Math.random() * 20)
  try {
    return await action()
  } finally {
    await rm(lock, { force: true })
  }
}

async function createLock(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close()
    return true
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  }
  const held = await stat(lock).catch(() => undefined)
  if (held && Date.now() - held.mtimeMs > STALE_LOCK) await rm(lock, { force: true })
  return false
}
