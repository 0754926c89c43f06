import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { HakubeError } from '../errors.ts'

/**
 * Lets the user's editor change a text, in a file that only the user can read and that is gone afterwards. `name`
 * gives the file its ending, by which editors know the language.
 * Throws HakubeError `vault-editor` where the editor fails: what was typed is not taken then.
 */
export async function editText(plain: Buffer, name: string, env: NodeJS.ProcessEnv): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'hakube-vault-'))
  const file = join(directory, basename(name))
  try {
    await writeFile(file, plain, { mode: 0o600, flag: 'wx' })
    await runEditor(env['EDITOR'] || 'vi', file, env)
    return await readFile(file)
  } finally {
    await wipe(file)
    await rm(directory, { recursive: true, force: true })
  }
}

/** $EDITOR may have arguments and quotes, so a shell reads it, as with git. */
async function runEditor(editor: string, file: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn('/bin/sh', ['-c', `${editor} "$@"`, editor, file], { env, stdio: 'inherit' })
  const ended = await new Promise<number | string>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  if (ended === 0) return
  throw new HakubeError(`the editor ended with ${ended}`, {
    code: 'vault-editor',
    hint: `nothing was changed; EDITOR is ${editor}`,
  })
}

/** Overwrites the text before its name goes, for disks where that helps. */
async function wipe(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (found?.isFile()) await writeFile(file, Buffer.alloc(found.size), { flag: 'r+' })
}
