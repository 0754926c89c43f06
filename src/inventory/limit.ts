import { HakubeError } from '../errors.ts'
import { look, readText } from './files.ts'
import { Vault } from '../vault/vault.ts'
import { splitPattern } from './patterns.ts'

/**
 * The terms of a `--limit`, with `@FILE` replaced by the lines of the file, one term each: what selectHosts takes.
 * Undefined for an empty limit, which is none. Throws HakubeError if the file cannot be read or names no host.
 */
export async function readLimit(limit: string): Promise<string[] | undefined> {
  if (limit === '') return undefined
  const terms: string[] = []
  for (const part of splitPattern(limit)) {
    if (part.startsWith('@')) terms.push(...(await readTerms(part.slice(1))))
    else terms.push(part)
  }
  return terms
}

async function readTerms(path: string): Promise<string[]> {
  const found = look(path)
  if (!found?.isFile()) {
    throw new HakubeError(`there is no file ${path} for the limit`, {
      code: 'limit-file',
      place: { file: path },
      hint: 'After @ comes the path of a file with one host per line.',
    })
  }
  const terms = (await readText(path, new Vault([]))).text.split('\n').map((line) => line.trim())
  const kept = terms.filter((term) => term !== '')
  if (kept.length > 0) return kept
  throw new HakubeError(`the limit file ${path} names no host`, { code: 'limit-file', place: { file: path } })
}
