import type { Answer } from '../connect/connection.ts'
import { Script, lines, sh } from '../shell/sh.ts'
import { defineKind } from './kind.ts'
import { Reader } from './reader.ts'
import type { UserAsk, UserReply } from './replies.ts'

/** Users, by name or number, from whatever the host's name service knows; from /etc/passwd where there is no getent. */
export const user = defineKind<UserAsk, UserReply>({
  key: (ask) => ask.name,
  merge: (first) => first,
  probe: (asks) => lines(functions, sh`hk_users ${asks.map((ask) => ask.name)}`),
  parse: (answer, asks) => parse(answer, asks),
})

/** The names of the groups come last. Of one without a name id tells the number, and that it has failed. */
const functions = new Script(`
hk_users() {
  if command -v getent >/dev/null 2>&1; then getent passwd -- "$@"; else cat /etc/passwd; fi
  echo .
  for hk_u do
    hk_g=$(id -Gn -- "$hk_u" 2>/dev/null)
    [ -z "$hk_g" ] || printf '%s\\0%s\\0' "$hk_u" "$hk_g"
  done
  printf '\\0'
}
`)

function parse(answer: Answer, asks: readonly UserAsk[]): UserReply[] {
  const reader = new Reader(answer.stdout)
  const accounts = reader.linesUntil('.').map((line) => line.split(':'))
  const groups = new Map<string, string[]>()
  for (let name = reader.text(); name !== ''; name = reader.text()) groups.set(name, reader.text().split(' '))
  if (!reader.done) throw new TypeError('the probe printed more than was asked for')
  return asks.map(({ name }) => toReply(name, accounts, groups.get(name) ?? []))
}

function toReply(name: string, accounts: readonly string[][], groups: readonly string[]): UserReply {
  const found = accounts.find((fields) => fields[0] === name) ?? accounts.find((fields) => fields[2] === name)
  if (!found) return { exists: false }
  const [account = '', , uid, gid, comment = '', home = '', shell = ''] = found
  if (found.length < 7 || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')) {
    throw new TypeError(`not a line of passwd: ${found.join(':')}`)
  }
  return { exists: true, name: account, uid: Number(uid), gid: Number(gid), comment, home, shell, groups }
}
