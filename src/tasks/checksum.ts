import { HakubeError } from '../errors.ts'
import { fileNameOf, type HttpParams, type HttpRequest, readRequest } from '../http/request.ts'

const ALGORITHMS = ['md5', 'sha1', 'sha256', 'sha512'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

/** A digest that a download must have: known, or in a file with one digest and name a line. */
export type Checksum = { algorithm: Algorithm } & (
  | { digest: string }
  /** Where that file is, and the name to look for. */
  | { list: HttpRequest; name: string }
)

/** Reads `algorithm:digest` and `algorithm:URL`. Throws HakubeError. */
export function readChecksum(module: string, given: string, params: HttpParams): Checksum {
  const at = given.indexOf(':')
  const [word, rest] = [given.slice(0, at), given.slice(at + 1)]
  const algorithm = ALGORITHMS.find((one) => one === word.toLowerCase())
  if (at === -1 || algorithm === undefined) {
    throw new HakubeError(`${module}: checksum ${JSON.stringify(given)} is not algorithm:digest`, {
      code: 'wrong-parameter',
      hint: `the algorithm is one of ${ALGORITHMS.join(', ')}`,
    })
  }
  if (/^(https?|ftp|file):/.test(rest)) {
    return { algorithm, list: readRequest(module, { ...params, url: rest }), name: fileNameOf(params.url) }
  }
  const digest = rest.replaceAll(/\W+/g, '').toLowerCase()
  if (!/^[0-9a-f]+$/.test(digest)) {
    throw new HakubeError(`${module}: the checksum ${JSON.stringify(rest)} is not hexadecimal`, {
      code: 'wrong-parameter',
    })
  }
  return { algorithm, digest }
}

/** The digest for that name in the text of such a file; a file with a digest alone is about any name. */
export function digestIn(text: string, name: string): string | undefined {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''))
  if (lines.at(-1) === '') lines.pop()
  const [only] = lines
  if (lines.length === 1 && only !== undefined && only.trim().split(/\s+/).length === 1) return tidy(only)
  for (const line of lines) {
    const match = /^(\S+) [ *]?(.+)$/.exec(line)
    if (match?.[2]?.replace(/^[./]+/, '') === name) return tidy(match[1] ?? '')
  }
  return undefined
}

function tidy(digest: string): string | undefined {
  const plain = digest.replaceAll(/\W+/g, '').toLowerCase()
  return /^[0-9a-f]+$/.test(plain) ? plain : undefined
}
