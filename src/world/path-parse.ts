import type { Answer } from '../connect/connection.ts'
import { Unknown } from './kind.ts'
import { normalPath } from './path-names.ts'
import { type Part, partsOf } from './path-probe.ts'
import { Reader } from './reader.ts'
import type { FileType, PathAsk, PathReply, TreeEntry } from './replies.ts'

type There = Extract<PathReply, { exists: true }>
type Draft = PathReply | Unknown

/** Reads what probePaths printed. */
export function parsePaths(answer: Answer, asks: readonly PathAsk[]): (PathReply | Unknown)[] {
  const reader = new Reader(answer.stdout)
  const encoding = reader.line()
  if (encoding !== 'base64' && !encoding.startsWith('od '))
    throw new TypeError(`unknown encoding ${encoding}`)
  const drafts = new Map<PathAsk, Draft>()
  for (const part of partsOf(asks)) readPart(reader, part, drafts, encoding === 'base64' ? 'base64' : 'hex')
  if (!reader.done) throw new TypeError('the probe printed more than was asked for')
  return asks.map((ask) => {
    const draft = drafts.get(ask)
    if (!draft) throw new TypeError(`no answer about ${ask.path}`)
    return draft
  })
}

function readPart(reader: Reader, part: Part, drafts: Map<PathAsk, Draft>, encoding: BufferEncoding): void {
  if (part.what === 'stats') return readStats(reader, part.asks, drafts)
  if (part.what === 'entries') {
    return readEach(reader, part.asks, drafts, (there) => {
      there.entries = readNames(reader)
    })
  }
  if (part.what === 'tree') {
    return readEach(reader, part.asks, drafts, (there, ask) => {
      there.tree = readTree(reader, normalPath(ask.path))
    })
  }
  const readable = part.asks.filter((ask) => readMark(reader, ask, drafts))
  for (const ask of readable) {
    if (part.what === 'digests') readDigest(reader.line(), part.option, ask, drafts)
    else readContent(reader, encoding, ask, drafts)
  }
}

/** Calls `read` for each path that can be read. */
function readEach(
  reader: Reader,
  asks: readonly PathAsk[],
  drafts: Map<PathAsk, Draft>,
  read: (there: There, ask: PathAsk) => void,
): void {
  for (const ask of asks) {
    if (!readMark(reader, ask, drafts)) continue
    try {
      // What was gone at the first look may be there at the second: read it all the same, to keep in step.
      const draft = drafts.get(ask)
      read(draft && 'exists' in draft && draft.exists ? draft : scratch(), ask)
    } catch (error) {
      if (!(error instanceof Vanished)) throw error
      drafts.set(ask, new Unknown(`something below ${ask.path} changed while it was looked at`))
    }
  }
}

interface Seen {
  access: There['access']
  place: string | undefined
  link: { target: string; real: string } | undefined
}

function readStats(reader: Reader, asks: readonly PathAsk[], drafts: Map<PathAsk, Draft>): void {
  const there = new Map<PathAsk, Seen>()
  for (const ask of asks) {
    let mark = reader.char()
    let [place, link]: [Seen['place'], Seen['link']] = [undefined, undefined]
    if (mark === '^') {
      place = reader.text()
      mark = reader.char()
    }
    if (mark === '@') {
      link = { target: reader.text(), real: reader.text() }
      mark = reader.char()
    }
    const rest = reader.line()
    if (mark === '+' && /^r?w?x?$/.test(rest)) {
      const access = { read: rest.includes('r'), write: rest.includes('w'), execute: rest.includes('x') }
      there.set(ask, { access, place, link })
    } else if (rest !== '') throw new TypeError(`rubbish after a mark: ${rest}`)
    else if (mark === '-') drafts.set(ask, { exists: false, ...leading({ place, link }) })
    else if (mark === '?') drafts.set(ask, new Unknown(`a directory above ${ask.path} may not be searched`))
    else throw new TypeError(`unknown mark ${mark}`)
  }
  for (const [ask, seen] of there) drafts.set(ask, readStat(reader.line(), ask, seen))
}

function readStat(line: string, ask: PathAsk, seen: Seen): Draft {
  if (line === 'gone') return vanished(ask)
  const { access, link } = seen
  const reply: There = {
    exists: true,
    ...parseStat(line),
    digests: {},
    ...(access && { access }),
    ...leading(seen),
  }
  if (link && reply.type === 'link') reply.target = link.target
  return reply
}

/** Where the thing is, and where it leads, if links say so. */
function leading({ place, link }: Pick<Seen, 'place' | 'link'>): { place?: string; real?: string } {
  return {
    ...(place !== undefined && { place }),
    ...(link && link.real !== '' && { real: link.real }),
  }
}

const TYPES: Readonly<Record<number, FileType>> = {
  0o01: 'fifo',
  0o02: 'char',
  0o04: 'directory',
  0o06: 'block',
  0o10: 'file',
  0o12: 'link',
  0o14: 'socket',
}

export function parseStat(line: string): Omit<There, 'exists' | 'digests'> {
  const fields = line.split(' ')
  const [raw = '', uid = '', gid = '', owner = '', group = '', ...rest] = fields
  const numbers = rest.map(Number)
  const bits = Number.parseInt(raw, 16)
  const type = TYPES[bits >> 12]
  const [size, mtime, atime, ctime, inode, device, links] = numbers
  if (
    fields.length !== 12 ||
    !type ||
    size === undefined ||
    mtime === undefined ||
    atime === undefined ||
    ctime === undefined ||
    inode === undefined ||
    device === undefined ||
    links === undefined ||
    [Number(uid), Number(gid), ...numbers].some((number) => !Number.isFinite(number))
  ) {
    throw new TypeError(`not a line of stat: ${line}`)
  }
  return {
    type,
    mode: bits & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    owner: owner === 'UNKNOWN' ? uid : owner,
    group: group === 'UNKNOWN' ? gid : group,
    size,
    mtime,
    atime,
    ctime,
    inode,
    device,
    links,
  }
}

/** False: there is nothing of the wanted type to read. */
function readMark(reader: Reader, ask: PathAsk, drafts: Map<PathAsk, Draft>): boolean {
  const mark = reader.line()
  if (mark === '?') drafts.set(ask, new Unknown(`${ask.path} may not be read`))
  else if (mark !== '+' && mark !== '-') throw new TypeError(`unknown mark ${mark}`)
  return mark === '+'
}

function readDigest(line: string, algorithm: string, ask: PathAsk, drafts: Map<PathAsk, Draft>): void {
  if (line === 'gone') {
    drafts.set(ask, vanished(ask))
    return
  }
  if (!/^[0-9a-f]{32,128}$/.test(line)) throw new TypeError(`not a digest: ${line}`)
  const draft = drafts.get(ask)
  if (draft && 'exists' in draft && draft.exists) draft.digests = { ...draft.digests, [algorithm]: line }
}

function readContent(
  reader: Reader,
  encoding: BufferEncoding,
  ask: PathAsk,
  drafts: Map<PathAsk, Draft>,
): void {
  const [digest = '', mark] = reader.line().split(' ')
  readDigest(digest, 'sha256', ask, drafts)
  if (mark === '=' || mark === '!') return
  if (mark !== '<') throw new TypeError(`unknown mark ${mark}`)
  const text = reader.linesUntil('.').join('').replaceAll(' ', '')
  const draft = drafts.get(ask)
  if (draft && 'exists' in draft && draft.exists) draft.content = Buffer.from(text, encoding)
}

function readNames(reader: Reader): string[] {
  const out: string[] = []
  for (let name = reader.text(); name !== ''; name = reader.text()) out.push(name)
  return out.sort()
}

/** Thrown when something vanished between its listing and its stat. */
class Vanished extends Error {}

function readTree(reader: Reader, root: string): TreeEntry[] {
  const out: TreeEntry[] = []
  let complete = true
  for (let line = reader.line(); line !== 'end'; line = reader.line()) {
    const paths = Array.from({ length: Number(line) }, () => reader.text())
    const stats = reader.linesUntil('.')
    if (stats.length !== paths.length) complete = false
    else paths.forEach((path, index) => out.push({ path, ...parseStat(stats[index] ?? '') }))
  }
  if (!complete) throw new Vanished(root)
  const prefix = `${root}/.`
  return out
    .filter((entry) => entry.path !== prefix)
    .map(({ path, type, mode, uid, gid, owner, group }) => ({
      path: path.slice(prefix.length + 1),
      type,
      mode,
      uid,
      gid,
      owner,
      group,
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

function vanished(ask: PathAsk): Unknown {
  return new Unknown(`${ask.path} changed while it was looked at`)
}

function scratch(): There {
  return {
    exists: true,
    ...parseStat('8000 0 0 root root 0 0 0 0 0 0 1'),
    digests: {},
  }
}
