import { sh } from '../shell/sh.ts'
import { defineKind } from './kind.ts'
import type { SysctlAsk, SysctlReply } from './replies.ts'

const ROOT = '/proc/sys/'

/**
 * The file of a kernel parameter. As in sysctl(8), the first separator decides: with dots a slash stands for a
 * dot (`net.ipv4.conf.eth0/100.forwarding`), with slashes both stand for themselves.
 */
export function sysctlPath(name: string): string {
  const slashed = /^[^./]*\//.test(name)
  return ROOT + (slashed ? name : name.replace(/[./]/g, (sign) => (sign === '.' ? '/' : '.')))
}

/** The kernel's values, read by one grep: a shell's own `read` gets only one character out of these files. */
export const sysctl = defineKind<SysctlAsk, SysctlReply>({
  key: (ask) => sysctlPath(ask.name),
  merge: (first) => first,
  probe: (asks) => {
    const files = asks.map((ask) => sysctlPath(ask.name))
    return sh`for file in ${files}; do
  if [ -f "$file" ]; then echo y; else echo n; fi
done
grep -s -H '' ${files} /dev/null || :`
  },
  parse(answer, asks) {
    const rows = answer.stdout.toString('utf8').split('\n')
    const marks = rows.slice(0, asks.length)
    if (answer.code !== 0 || !marks.every((mark) => mark === 'y' || mark === 'n') || rows.pop() !== '') {
      throw new TypeError('the sysctl probe did not answer in its form')
    }
    const values = rows.slice(asks.length)
    return asks.map((ask, index) => {
      if (marks[index] === 'n') return { value: undefined }
      const prefix = `${sysctlPath(ask.name)}:`
      const own = values.filter((row) => row.startsWith(prefix)).map((row) => row.slice(prefix.length))
      return { value: own.join(' ').trim().replace(/\s+/g, ' ') }
    })
  },
})
