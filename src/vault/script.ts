import { spawn } from 'node:child_process'
import type { Stats } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { HakubeError } from '../errors.ts'

/** What a client says when it has no password for the id. */
const UNKNOWN_ID = 2

/** A password file whose owner may execute it is a program that prints the password. */
export function isExecutable(found: Stats): boolean {
  return (found.mode & 0o100) !== 0
}

/**
 * What a program prints on its standard output. What else it has to say goes to the terminal, where it may ask too;
 * only of a client, which is not for people, it is kept for the error.
 * Throws HakubeError `vault-password-script`.
 */
export async function runPasswordScript(
  path: string,
  args: readonly string[],
  { env, isClient }: { env: NodeJS.ProcessEnv; isClient: boolean },
): Promise<Buffer> {
  await refuseText(path)
  const child = spawn(path, args, { env, stdio: ['inherit', 'pipe', isClient ? 'pipe' : 'inherit'] })
  const out: Buffer[] = []
  const said: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk))
  const code = await new Promise<number | string>((resolve, reject) => {
    child.on('error', (error) => reject(notRun(path, error)))
    child.on('close', (status, signal) => resolve(status ?? signal ?? 'unknown'))
  })
  if (code !== 0) throw failed(path, args, code, Buffer.concat(said).toString('utf8').trim())
  return Buffer.concat(out)
}

/**
 * A password in a file that is executable by mistake: the system would hand it to a shell, whose complaint would
 * show the password.
 */
async function refuseText(path: string): Promise<void> {
  const start = (await readFile(path).catch(() => undefined))?.subarray(0, 64)
  if (!start || start.subarray(0, 2).toString() === '#!' || start.some((byte) => byte < 9)) return
  throw notRun(path, new Error('it does not begin with #!'))
}

function notRun(path: string, error: Error): HakubeError {
  return new HakubeError(`cannot run the password program ${path}: ${error.message}`, {
    code: 'vault-password-script',
    hint: 'if it is a plain file with the password, remove its executable bit: chmod -x',
    cause: error,
  })
}

function failed(path: string, args: readonly string[], code: number | string, said: string): HakubeError {
  const id = args[1]
  const unknown = id !== undefined && code === UNKNOWN_ID
  const what = unknown ? `has no password for the id ${id}` : `ended with ${code}`
  return new HakubeError(`the password program ${path} ${what}${said === '' ? '' : `: ${said}`}`, {
    code: 'vault-password-script',
    hint: unknown ? 'check the id in --vault-id' : 'run it by hand to see what is wrong',
  })
}
