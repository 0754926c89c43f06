import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { HakubeError } from '../errors.ts'
import { Secret } from '../secret.ts'
import { isExecutable, runPasswordScript } from '../vault/script.ts'
import { expandPath } from './paths.ts'

/**
 * The password of a file, for the login or for becoming another user: what is in it without the blanks around it,
 * or what it prints if it is executable.
 * Throws HakubeError `password-file`, `vault-password-script`.
 */
export async function readPasswordFile(
  given: string,
  { env, cwd }: { env: NodeJS.ProcessEnv; cwd: string },
): Promise<Secret> {
  const path = resolve(cwd, expandPath(given, env))
  try {
    const text = isExecutable(await stat(path))
      ? (await runPasswordScript(path, [], { env, isClient: false }))
          .toString('utf8')
          .replaceAll(/^[\r\n]+|[\r\n]+$/g, '')
      : (await readFile(path, 'utf8')).trim()
    if (text !== '') return new Secret(text)
  } catch (error) {
    if (error instanceof HakubeError) throw error
    throw wrong(
      `cannot read the password file ${path}: ${error instanceof Error ? error.message : String(error)}`,
      error,
    )
  }
  throw wrong(`there is no password in ${path}`)
}

function wrong(message: string, cause?: unknown): HakubeError {
  const hint = 'check the path, or ask for the password with -k or -K'
  return new HakubeError(message, { code: 'password-file', hint, cause })
}
