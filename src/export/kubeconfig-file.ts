import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { errnoOf } from '../errno.ts'
import { HakubeError, isKnown } from '../errors.ts'
import { writeVaultFile } from '../vault/files.ts'

/** The file that kubectl would use. Throws HakubeError `kubeconfig-file` where KUBECONFIG names several. */
export function kubeconfigFile(given: string | undefined, env: NodeJS.ProcessEnv, cwd: string): string {
  if (given !== undefined) return resolve(cwd, given)
  const named = (env['KUBECONFIG'] ?? '').split(':').filter(Boolean)
  const [first, second] = named
  if (first === undefined) return join(env['HOME'] ?? cwd, '.kube', 'config')
  if (second === undefined) return resolve(cwd, first)
  throw new HakubeError(`KUBECONFIG names ${named.length} files: ${named.join(', ')}`, {
    code: 'kubeconfig-file',
    hint: 'name the one to write to with --file',
  })
}

/**
 * Reads a kubeconfig, lets it be changed, and writes it whole or not at all, for its owner only (0600). kubectl's own
 * lock keeps others away meanwhile. `change` gets undefined where there is no file, and gives undefined to leave it.
 */
export async function changeKubeconfig(
  file: string,
  change: (before: string | undefined) => Promise<string | undefined>,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 }).catch(failed(file))
  await locked(file, async () => {
    const before = await readFile(file, 'utf8').catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return undefined
      return failed(file)(error)
    })
    const after = await change(before)
    if (after !== undefined) await writeVaultFile(file, after).catch(failed(file))
  })
}

async function locked(file: string, work: () => Promise<void>): Promise<void> {
  const lock = `${file}.lock`
  const handle = await open(lock, 'wx', 0o600).catch((error: unknown) => {
    if (errnoOf(error) !== 'EEXIST') return failed(file)(error)
    throw new HakubeError(`${file} is being changed by somebody else`, {
      code: 'kubeconfig-locked',
      hint: `try again; if kubectl was ended in the middle, remove ${lock}`,
    })
  })
  try {
    await work()
  } finally {
    await handle.close()
    await rm(lock, { force: true })
  }
}

function failed(file: string): (error: unknown) => never {
  return (error) => {
    const words = error instanceof Error ? error.message : String(error)
    throw new HakubeError(isKnown(error) ? words : `cannot use ${file}: ${words}`, {
      code: 'kubeconfig-file',
      hint: 'it is as it was; check the permissions of its directory and the space on its disk',
      cause: error,
    })
  }
}
