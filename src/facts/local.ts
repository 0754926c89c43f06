import { parseJson } from '../jinja/literal.ts'
import { sh } from '../shell/sh.ts'
import { dict, type Dict, type Value } from '../value.ts'
import type { Subject } from './subject.ts'

/**
 * The host's own facts: files of /etc/ansible/facts.d whose names end in .fact, as JSON or INI. Executable
 * ones are programs, and gathering facts runs none: their value says so.
 */
export const local: Subject = {
  files: [],
  // A unit separator (0x1f) starts each file.
  probe: sh`section local
for path in /etc/ansible/facts.d/*.fact; do
[ -f "$path" ] || continue
kind=data
[ -x "$path" ] && kind=program
printf '\037%s %s\n' "$kind" "$path"
[ "$kind" = data ] && cat "$path"
done`,
  parse: (seen) => {
    const facts = readLocal(seen.section('local') ?? '')
    // Ansible keeps the prefix of this one name in ansible_facts.
    return { local: facts, ansible_local: facts }
  },
}

function readLocal(text: string): Dict {
  const facts: Dict = new Map()
  for (const part of text.split('\u001f').slice(1)) {
    const [, kind, path = '', content = ''] = /^(\w+) (.*)\n?([^]*)$/.exec(part) ?? []
    const name = path.replace(/^.*\//, '').replace(/\.fact$/, '')
    facts.set(name, kind === 'data' ? readFact(content, path) : `not run: ${path} is a program`)
  }
  return facts
}

function readFact(content: string, path: string): Value {
  // Not JSON.parse, to which 1.0 is 1.
  return parseJson(content) ?? readIni(content) ?? `neither JSON nor INI: ${path}`
}

/** Sections of `name = value` or `name: value`, names in lower case, lines that are indented continue the value. */
function readIni(text: string): Dict | undefined {
  const sections: Dict = new Map()
  let section: Dict | undefined
  let last: { name: string; value: string } | undefined
  for (const line of text.split('\n')) {
    if (line.trim() === '' || /^\s*[#;]/.test(line)) continue
    const title = /^\[([^\]]+)\]/.exec(line)?.[1]
    const [, name, value = ''] = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? []
    if (title !== undefined) {
      section = dict({})
      last = undefined
      sections.set(title, section)
    } else if (section && last !== undefined && /^\s/.test(line)) {
      last.value += `\n${line.trim()}`
      section.set(last.name, last.value)
    } else if (section && name !== undefined) {
      last = { name: name.toLowerCase(), value }
      section.set(last.name, value)
    } else return undefined
  }
  return sections.size > 0 ? sections : undefined
}
