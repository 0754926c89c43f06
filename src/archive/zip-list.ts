import { OddArchive } from './odd.ts'
import { type Member, tidyName } from './tar-list.ts'

const END = 0x06054b50
const ENTRY = 0x02014b50

/** Reads the central directory of a zip, of which at least the end is given. Throws OddArchive where it cannot. */
export function readZipList(bytes: Buffer): Member[] {
  try {
    return readList(bytes)
  } catch (error) {
    // A length in it leads out of the bytes.
    if (error instanceof RangeError) throw new OddArchive('the list of the zip is damaged')
    throw error
  }
}

function readList(bytes: Buffer): Member[] {
  const end = endOf(bytes)
  const [count, size] = [bytes.readUInt16LE(end + 10), bytes.readUInt32LE(end + 12)]
  const start = end - size
  if (count === 0xffff || start < 0) throw new OddArchive('the list of the zip is too long, or damaged')
  const out: Member[] = []
  for (let at = start; out.length < count;) {
    if (bytes.readUInt32LE(at) !== ENTRY) throw new OddArchive('the list of the zip is damaged')
    const length = (offset: number): number => bytes.readUInt16LE(at + offset)
    const [nameLength, extraLength, commentLength] = [length(28), length(30), length(32)]
    out.push(readEntry(bytes, at, nameLength, extraLength))
    at += 46 + nameLength + extraLength + commentLength
  }
  return out
}

function endOf(bytes: Buffer): number {
  for (let at = bytes.length - 22; at >= 0; at -= 1) if (bytes.readUInt32LE(at) === END) return at
  throw new OddArchive('this is no zip')
}

function readEntry(bytes: Buffer, at: number, nameLength: number, extraLength: number): Member {
  const system = bytes.readUInt8(at + 5)
  const external = bytes.readUInt32LE(at + 38)
  const raw = bytes.toString('utf8', at + 46, at + 46 + nameLength)
  if (/[\n\0]/.test(raw)) throw new OddArchive(`a name in the zip has a line break: ${JSON.stringify(raw)}`)
  const unix = system === 3 || system === 19 ? external >>> 16 : 0
  const directory = raw.endsWith('/')
  const kind = unix & 0o170000
  const extra = bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength)
  const mtime = unixTime(extra)
  return {
    name: tidyName(raw),
    type: directory ? 'directory' : kind === 0o120000 ? 'link' : 'file',
    mode: unix === 0 ? (directory ? 0o777 : 0o666) : unix & 0o7777,
    size: bytes.readUInt32LE(at + 24),
    crc: bytes.readUInt32LE(at + 16),
    local: dosTime(bytes.readUInt16LE(at + 14), bytes.readUInt16LE(at + 12)),
    ...(mtime !== undefined && { mtime }),
  }
}

/** The extended timestamp, if there is one. */
function unixTime(extra: Buffer): number | undefined {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === 0x5455 && at + 9 <= extra.length && (extra.readUInt8(at + 4) & 1) !== 0)
      return extra.readInt32LE(at + 5)
  }
  return undefined
}

function dosTime(date: number, time: number): string {
  const two = (number: number): string => String(number).padStart(2, '0')
  const day = [1980 + (date >> 9), two((date >> 5) & 15), two(date & 31)].join('-')
  return `${day} ${[time >> 11, (time >> 5) & 63, (time & 31) * 2].map(two).join(':')}`
}
