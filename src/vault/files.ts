import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errnoOf } from '../errno.ts'
import { HakubeError } from '../errors.ts'

/** The content of a file. Throws HakubeError `vault-file`. */
export async function readVaultFile(path: string): Promise<Buffer> {
  return readFile(path).catch((error: unknown) => {
    const why =
      errnoOf(error) === 'ENOENT' ? `there is no file ${path}` : `cannot read ${path}: ${textOf(error)}`
    throw new HakubeError(why, { code: 'vault-file', hint: 'check the path', cause: error })
  })
}

/**
 * Writes a file whole or not at all: a reader sees the old content or the new one. A link is followed. The file is
 * for its owner only, unless `keep` says that mode and owner stay as they are. Throws HakubeError `vault-file`.
 */
export async function writeVaultFile(
  path: string,
  content: Buffer | string,
  { keep = false } = {},
): Promise<void> {
  try {
    const target = await realpath(path).catch(() => path)
    const before = await stat(target).catch(() => undefined)
    if (before && !before.isFile()) await writeFile(target, content)
    else await replace(target, content, keep ? before : undefined)
  } catch (error) {
    throw new HakubeError(`cannot write ${path}: ${textOf(error)}`, {
      code: 'vault-file',
      hint: 'it is as it was; check the permissions of its directory and the space on its disk',
      cause: error,
    })
  }
}

async function replace(target: string, content: Buffer | string, like: Stats | undefined): Promise<void> {
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`)
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(content)
    if (like) {
      const now = await file.stat()
      if (now.uid !== like.uid || now.gid !== like.gid) await file.chown(like.uid, like.gid)
      await file.chmod(like.mode & 0o7777)
    }
    await file.sync()
    await file.close()
    await rename(temporary, target)
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(temporary, { force: true })
    throw error
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
