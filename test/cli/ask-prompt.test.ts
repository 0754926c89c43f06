import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { askPrompt } from '../../src/cli/ask-prompt.ts'
import type { Prompt } from '../../src/playbook/model.ts'

const PROMPT: Prompt = {
  name: 'x',
  place: { file: 'site.yml' },
  text: 'Which',
  private: false,
  confirm: false,
  default: undefined,
  encrypt: undefined,
  unsafe: false,
}

/** Types a line whenever something is asked; gives the answer and all that was shown. */
async function typed(prompt: Partial<Prompt>, lines: string[]): Promise<{ answer: string; shown: string }> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true })
  let shown = ''
  const write = (text: string | Uint8Array) => {
    shown += String(text)
    const line = lines.length > 0 && String(text).endsWith(': ') ? lines.shift() : undefined
    // Whoever asks begins to listen after that.
    if (line !== undefined) void sleep(10).then(() => stdin.write(`${line}\n`))
    return true
  }
  const signal = new AbortController().signal
  const output = { write, isTTY: true, columns: 80 }
  const terminal = {
    stdin,
    stdout: output,
    stderr: output,
    env: {},
    cwd: '/',
    interrupt: signal,
    abort: signal,
  }
  return { answer: await askPrompt({ ...PROMPT, ...prompt }, terminal), shown }
}

const fallback = { value: 'd', place: { file: 'site.yml' } }

it.each<{ name: string; prompt: Partial<Prompt>; lines: string[]; answer: string; shown: string }>([
  { name: 'its text', prompt: {}, lines: ['a'], answer: 'a', shown: 'Which: ' },
  { name: 'its default', prompt: { default: fallback }, lines: [''], answer: '', shown: 'Which [d]: ' },
  {
    name: 'nothing of a hidden answer',
    prompt: { private: true },
    lines: ['a'],
    answer: 'a',
    shown: 'Which: \n',
  },
  {
    name: 'the question twice, until both answers are the same',
    prompt: { confirm: true },
    lines: ['a', 'b', 'c', 'c'],
    answer: 'c',
    shown: 'Which: confirm Which: the two answers differ\nWhich: confirm Which: ',
  },
])('shows $name', async ({ prompt, lines, answer, shown }) => {
  expect(await typed(prompt, lines)).toEqual({ answer, shown })
})
