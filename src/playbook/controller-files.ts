import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { sep } from 'node:path'
import { HakubeError } from '../errors.ts'
import { NotYet } from '../variables/not-yet.ts'

/**
 * Files of the controller as a run reads them: each once, so that a hundred hosts read a template once, and anew when a
 * task has brought it, or has changed it here. Paths are absolute.
 */
export class ControllerFiles {
  readonly #read = new Map<string, Promise<Buffer | undefined>>()
  readonly #expected = new Map<string, string>()
  /** What was looked at, as it was then. */
  readonly #seen = new Map<string, string>()
  #touched = false
  #generation = 0
  #mayMake: string | undefined

  /** The content; undefined where there is no such file. Throws HakubeError where it cannot be read, and NotYet. */
  read(path: string): Promise<Buffer | undefined> {
    this.settled(path)
    let content = this.#read.get(path)
    if (!content) {
      content = readFile(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR') return undefined
        throw new HakubeError(`cannot read ${path}: ${error.message}`, {
          code: 'file-unreadable',
          cause: error,
        })
      })
      this.#read.set(path, content)
    }
    return content
  }

  /** A task has brought this file: what was read of it before does not count any more. */
  received(path: string): void {
    const seen = this.#seen.get(path)
    if (seen !== undefined && seen !== stampOf(path)) this.#generation++
    this.#read.delete(path)
    this.#expected.delete(path)
    this.#seen.delete(path)
  }

  /** A task has changed something on this machine: what was read may be out of date. */
  touch(): void {
    this.#touched = true
  }

  /** Counts how often files have become other ones since they were looked at: what was rendered before is void then. */
  get generation(): number {
    if (this.#touched) this.#lookAgain()
    return this.#generation
  }

  #lookAgain(): void {
    this.#touched = false
    const changed = [...this.#seen].filter(([path, stamp]) => stampOf(path) !== stamp)
    for (const [path] of changed) this.received(path)
  }

  /** Check mode: the real run would bring this file, and only it knows what is in it. */
  expect(path: string, why: string): void {
    this.#expected.set(path, why)
    if (this.#seen.has(path)) this.#generation++
  }

  /** Check mode: the real run may make any file here, so one that is missing may be there then. */
  expectAny(why: string): void {
    if (this.#mayMake === undefined) this.#generation++
    this.#mayMake ??= why
  }

  /** Throws NotYet where check mode does not know whether a file that is missing would be there. */
  missing(): void {
    if (this.#mayMake !== undefined) throw new NotYet({ kind: 'unknown', why: this.#mayMake })
  }

  /** Throws NotYet where check mode expects another file than the one that is there, or one in this directory. */
  settled(path: string): void {
    for (const [file, why] of this.#expected)
      if (file === path || file.startsWith(path.endsWith(sep) ? path : `${path}${sep}`))
        throw new NotYet({ kind: 'unknown', why })
    if (!this.#seen.has(path)) this.#seen.set(path, stampOf(path))
  }
}

/** Tells whether a file or directory has become another one; nothing where it is not there. */
function stampOf(path: string): string {
  try {
    const { mtimeMs, ctimeMs, size, ino } = statSync(path)
    return [mtimeMs, ctimeMs, size, ino].join(' ')
  } catch {
    return ''
  }
}
