import { spawn } from 'node:child_process'
import type { Stats } from 'node:fs'
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

function notRun(path: string, error: Error): HakubeError {
  return new HakubeError(`cannot run the vault password program ${path}: ${error.message}`, {
    code: 'vault-password-script',
    hint: 'if it is a plain file with the password, remove its executable bit: chmod -x',
    cause: error,
  })
}

function failed(path: string, args: readonly string[], code: number | string, said: string): HakubeError {
  const id = args[1]
  const unknown = id !== undefined && code === UNKNOWN_ID
  const what = unknown ? `has no password for the id ${id}` : `ended with ${code}`
  return new HakubeError(`the vault password program ${path} ${what}${said === '' ? '' : `: ${said}`}`, {
    code: 'vault-password-script',
    hint: unknown ? 'check the id in --vault-id' : 'run it by hand to see what is wrong',
  })
}
