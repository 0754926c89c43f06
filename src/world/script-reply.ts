import { Script } from '../shell/sh.ts'
import type { ScriptReply } from './replies.ts'

/** Tools of administrators are not on everybody's PATH. */
export const SBIN = new Script('PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin')

/** What a question would print: these lines, or these bytes. */
export function replyWith(said: readonly string[] | Buffer): ScriptReply {
  const stdout = Buffer.isBuffer(said) ? said : Buffer.from(said.map((line) => `${line}\n`).join(''))
  return { code: 0, stdout, stderr: Buffer.alloc(0) }
}

/** Lines of what a question printed, without empty ones. */
export function linesOf({ stdout }: Pick<ScriptReply, 'stdout'>): string[] {
  return stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
}

/** The same by their first word: what follows it, or an empty text. Of lines with the same word the last one. */
export function wordsOf(reply: Pick<ScriptReply, 'stdout'>): Map<string, string> {
  return new Map(
    linesOf(reply).map((line) => {
      const at = line.indexOf(' ')
      return at === -1 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)]
    }),
  )
}
