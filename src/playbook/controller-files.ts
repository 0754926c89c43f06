import { readFile } from 'node:fs/promises'
import { sep } from 'node:path'
import { HakubeError } from '../errors.ts'
import { NotYet } from '../variables/not-yet.ts'

/**
 * Files of the controller as a run reads them: each once, so that a hundred hosts read a template once, and anew when a
 * task has brought it. Paths are absolute.
 */
export class ControllerFiles {
  readonly #read = new Map<string, Promise<Buffer | undefined>>()
  readonly #expected = new Map<string, string>()

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
    this.#read.delete(path)
    this.#expected.delete(path)
  }

  /** Check mode: the real run would bring this file, and only it knows what is in it. */
  expect(path: string, why: string): void {
    this.#expected.set(path, why)
  }

  /** Throws NotYet where check mode expects another file than the one that is there, or one in this directory. */
  settled(path: string): void {
    for (const [file, why] of this.#expected)
      if (file === path || file.startsWith(path.endsWith(sep) ? path : `${path}${sep}`))
        throw new NotYet({ kind: 'unknown', why })
  }
}
