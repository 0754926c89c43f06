import { Readable } from 'node:stream'
import { main } from '../../src/cli/main.ts'

export interface Said {
  code: number
  out: Buffer
  err: string
}

/** Runs one command line in a folder, without a terminal; its logs go into the folder too. */
export async function hakubeIn(
  folder: string,
  args: readonly string[],
  { input = '', env = {} }: { input?: string | undefined; env?: NodeJS.ProcessEnv | undefined } = {},
): Promise<Said> {
  const out: Buffer[] = []
  const err: string[] = []
  const code = await main(args, {
    stdin: Readable.from(input === '' ? [] : [Buffer.from(input)]),
    stdout: { write: (content) => out.push(Buffer.from(content)) },
    stderr: { write: (text) => err.push(text) },
    env: { PATH: process.env['PATH'], HOME: folder, XDG_STATE_HOME: `${folder}/state`, ...env },
    cwd: folder,
    interrupt: new AbortController().signal,
    abort: new AbortController().signal,
  })
  return { code, out: Buffer.concat(out), err: err.join('') }
}
