import { rename, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { quote } from '../shell/sh.ts'

export interface Retry {
  path: string
  /** The command that runs again on these hosts only. */
  command: string
}

export interface RetryOptions {
  playbook: string
  /** Hosts that failed or could not be reached. */
  hosts: readonly string[]
  /** The arguments of this run, without the program's name. */
  argv: readonly string[]
  /** Where to write instead of beside the playbook: for a bundled one, whose directory is not the user's. */
  directory?: string | undefined
}

/** Writes the hosts to try again, one per line, to `<playbook>.retry`, all at once or not at all. */
export async function writeRetry({ playbook, hosts, argv, directory }: RetryOptions): Promise<Retry> {
  const name = `${basename(playbook, extname(playbook))}.retry`
  const path = join(directory ?? dirname(playbook), name)
  const temporary = `${path}.${process.pid}.tmp`
  await writeFile(
    temporary,
    [...new Set(hosts)]
      .sort()
      .map((host) => `${host}\n`)
      .join(''),
  )
  await rename(temporary, path)
  const words = ['hakube', ...withoutLimit(argv), '--limit', `@${path}`]
  return { path, command: words.map(quote).join(' ') }
}

/** The arguments without `-l X`, `-lX`, `--limit X` and `--limit=X`: the retry file takes their place. */
function withoutLimit(argv: readonly string[]): string[] {
  const left: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ''
    if (word === '-l' || word === '--limit') index++
    else if (!/^(-l.|--limit=)/.test(word)) left.push(word)
  }
  return left
}
