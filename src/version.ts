import { readFileSync } from 'node:fs'

/** The version of this hakube, from the package.json one folder above (src/ and dist/ alike). */
export const version: string = readVersion()

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const parsed: unknown = JSON.parse(text)
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) return String(parsed.version)
  throw new TypeError('package.json has no version')
}
