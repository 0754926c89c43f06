import { lines, type Script, sh } from './sh.ts'

/** So much goes into one printf: far below what any shell takes as one word. */
const CHUNK = 60_000

/** Commands that write these bytes to standard output as base64, for `base64 -d`: a script has no NUL in it. */
export function base64Of(content: Buffer): Script {
  const text = content.toString('base64')
  const out: Script[] = []
  for (let at = 0; at < text.length; at += CHUNK) out.push(sh`printf %s ${text.slice(at, at + CHUNK)}`)
  return lines(...out, sh`echo`)
}
