import type { Answer } from '../connect/connection.ts'
import { Script, lines, sh } from '../shell/sh.ts'
import { defineKind } from './kind.ts'
import { Reader } from './reader.ts'
import type { GroupAsk, GroupReply } from './replies.ts'

/** Groups, by name or number, from whatever the host's name service knows; from /etc/group where there is no getent. */
export const group = defineKind<GroupAsk, GroupReply>({
  key: (ask) => ask.name,
  merge: (first) => first,
  probe: (asks) => lines(functions, sh`hk_groups ${asks.map((ask) => ask.name)}`),
  parse: (answer, asks) => parse(answer, asks),
})

const functions = new Script(`
hk_groups() {
  if command -v getent >/dev/null 2>&1; then getent group -- "$@"; else cat /etc/group; fi
  echo .
}
`)

function parse(answer: Answer, asks: readonly GroupAsk[]): GroupReply[] {
  const reader = new Reader(answer.stdout)
  const groups = reader.linesUntil('.').map((line) => line.split(':'))
  if (!reader.done) throw new TypeError('the probe printed more than was asked for')
  return asks.map(({ name }) => {
    const found = groups.find((fields) => fields[0] === name) ?? groups.find((fields) => fields[2] === name)
    if (!found) return { exists: false }
    const [group = '', , gid = '', members = ''] = found
    if (!/^\d+$/.test(gid)) throw new TypeError(`not a line of group: ${found.join(':')}`)
    return {
      exists: true,
      name: group,
      gid: Number(gid),
      members: members.split(',').filter((member) => member !== ''),
    }
  })
}
