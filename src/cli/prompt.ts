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
