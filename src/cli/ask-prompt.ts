import { createInterface } from 'node:readline'
import { str } from '../jinja/index.ts'
import type { Prompt } from '../playbook/model.ts'
import { HakubeError } from '../errors.ts'
import { cleaner } from '../report/clean.ts'
import { askSecret } from './prompt.ts'
import type { Terminal } from './terminal.ts'

/** Asks for a variable of vars_prompt, twice where it wants to be confirmed. Nothing typed is an empty text. */
export async function askPrompt(prompt: Prompt, terminal: Terminal): Promise<string> {
  const shown = prompt.default ? ` [${str(prompt.default.value)}]` : ''
  const question = cleaner((text) => text)(prompt.text + shown)
  const ask = async (text: string): Promise<string> =>
    prompt.private ? (await askSecret(text, terminal)).reveal() : askText(text, terminal)
  for (;;) {
    const answer = await ask(question)
    if (!prompt.confirm || answer === (await ask(`confirm ${question}`))) return answer
    terminal.stderr.write('the two answers differ\n')
  }
}

/** What is typed is shown. */
async function askText(question: string, { stdin, stderr }: Terminal): Promise<string> {
  stderr.write(`${question}: `)
  const lines = createInterface({ input: stdin })
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve)
      lines.once('close', () => resolve(''))
      lines.once('SIGINT', () =>
        reject(new HakubeError('interrupted', { code: 'interrupted', exitCode: 130 })),
      )
    })
  } finally {
    lines.close()
  }
}
