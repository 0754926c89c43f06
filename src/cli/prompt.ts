import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { HakubeError } from '../errors.ts'
import { Secret } from '../secret.ts'
import type { Terminal } from './terminal.ts'

/** Asks for a secret on the terminal without showing it. Throws HakubeError where there is nobody to ask. */
export async function askSecret(
  question: string,
  terminal: Terminal,
  hint = 'give it in the inventory (ansible_password, ansible_become_password) instead',
): Promise<Secret> {
  if (terminal.stdin.isTTY !== true) {
    throw new HakubeError(`cannot ask for the ${question}: standard input is no terminal`, {
      code: 'no-terminal',
      hint,
    })
  }
  // Readline echoes what is typed to its output: this one forgets it.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: terminal.stdin, output: nowhere, terminal: true })
  // Only now does the terminal no longer echo what a quick typist types.
  terminal.stderr.write(`${question}: `)
  try {
    return await new Promise<Secret>((resolve, reject) => {
      lines.question('', (answer) => resolve(new Secret(answer)))
      lines.on('SIGINT', () => reject(new HakubeError('interrupted', { code: 'interrupted', exitCode: 130 })))
    })
  } finally {
    lines.close()
    terminal.stderr.write('\n')
  }
}

/**
 * Asks a question that is answered by yes or anything else. Throws HakubeError where nobody can answer; `about` says
 * what is asked, and what to do instead.
 */
export async function askYes(
  question: string,
  { stdin, stderr }: Terminal,
  about: { what: string; hint: string },
): Promise<boolean> {
  if (stdin.isTTY !== true) {
    throw new HakubeError(`cannot ask ${about.what}: standard input is no terminal`, {
      code: 'no-terminal',
      hint: about.hint,
    })
  }
  stderr.write(`${question} [y/N] `)
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output })
  try {
    const answer = await new Promise<string>((resolve) => {
      lines.question('', resolve)
      lines.on('close', () => resolve(''))
    })
    return /^y(?:es)?$/i.test(answer.trim())
  } finally {
    lines.close()
  }
}
