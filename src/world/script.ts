import type { Answer } from '../connect/connection.ts'
import { Script, lines, sh } from '../shell/sh.ts'
import { defineKind } from './kind.ts'
import { Reader } from './reader.ts'
import type { ScriptAsk, ScriptReply } from './replies.ts'

/** A read-only question that only one module has, as a script of its own. */
export const script = defineKind<ScriptAsk, ScriptReply>({
  key: (ask) => ask.id,
  merge: (first) => first,
  probe: (asks) => lines(functions, ...asks.map((ask) => sh`hk_ask ${ask.text.text}`)),
  parse: (answer, asks) => parse(answer, asks),
})

/*
 * Standard output goes through the encoder at once (fd 3). Standard error and exit status come back through the
 * command substitution (fd 4), because there may be no place to write a file to.
 */
const functions = new Script(`
hk_encode=base64
command -v base64 >/dev/null 2>&1 || hk_encode='od -An -v -tx1'
echo "$hk_encode"
exec 3>&1
hk_ask() {
  hk_e=$( {
    { ( hk_s=$1; set --; eval "$hk_s" ) </dev/null 2>&4 3>&- 4>&-; printf '\\n%s' "$?" >&4; } | $hk_encode >&3
  } 4>&1 )
  echo; echo .
  printf '%s' "$hk_e" | $hk_encode
  echo; echo .
}
`)

function parse(answer: Answer, asks: readonly ScriptAsk[]): ScriptReply[] {
  const reader = new Reader(answer.stdout)
  const encoding = reader.line() === 'base64' ? 'base64' : 'hex'
  const read = (): Buffer => Buffer.from(reader.linesUntil('.').join('').replaceAll(' ', ''), encoding)
  const replies = asks.map(() => {
    const stdout = read()
    const rest = read()
    const at = rest.lastIndexOf('\n')
    const code = Number(rest.toString('latin1', at + 1))
    if (at === -1 || !Number.isInteger(code)) throw new TypeError('the exit status of a script is missing')
    return { code, stdout, stderr: rest.subarray(0, at) }
  })
  if (!reader.done) throw new TypeError('the probe printed more than was asked for')
  return replies
}
