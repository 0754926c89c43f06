import { Script, lines, sh } from '../shell/sh.ts'
import type { ScriptAsk, ScriptReply } from '../world/replies.ts'
import { POLICY, POLICY_FILE } from './firewall-policy.ts'

/** What firewalld has of hakube's policy. */
export interface FirewallLook {
  /** The text of the policy's file; undefined: there is none. */
  file: string | undefined
  /** Whether this firewalld knows policies (0.9 and newer). */
  knowsPolicies: boolean
  /** What the running firewalld has; undefined: it does not run. */
  running: Running | undefined
}

export interface Running {
  /** Undefined: it does not know the policy. */
  policy: { ports: readonly string[]; rules: readonly string[]; others: readonly string[] } | undefined
  /** What a reload would drop, because it is not permanent; looked at only where a reload is needed. */
  fleeting: readonly string[]
}

/** The settings besides ports and rules, as firewall-cmd lists them for a policy that nobody has tampered with. */
const UNTOUCHED: Readonly<Record<string, string>> = {
  priority: '100',
  target: 'CONTINUE',
  'ingress-zones': 'ANY',
  'egress-zones': 'HOST',
  masquerade: 'no',
}

/** Asked once for all tasks of a host. A host without firewalld says nothing, and it costs no more than that. */
export const question: ScriptAsk = {
  id: 'firewalld policy',
  text: lines(
    sh`file=${POLICY_FILE} policy=${POLICY}`,
    new Script(String.raw`
command -v firewall-cmd >/dev/null 2>&1 || exit 0
[ ! -d /usr/lib/firewalld/policies ] || echo '== policies'
if [ -f "$file" ]; then echo '== file'; cat "$file"; fi
systemctl is-active -q firewalld.service || exit 0
echo '== running'
if info=$(firewall-cmd --info-policy="$policy" 2>/dev/null); then
  echo '== policy'
  printf '%s\n' "$info"
else
  every() {
    firewall-cmd $1 --list-all-zones
    firewall-cmd $1 --list-all-policies
    firewall-cmd $1 --direct --get-all-rules | sed 's/^/direct rules\n  rule: /'
    for set in $(firewall-cmd $1 --get-ipsets); do
      firewall-cmd $1 --ipset="$set" --get-entries | sed "s/^/ipset $set\\n  entry: /"
    done
  }
  echo '== now'
  every 2>/dev/null
  echo '== kept'
  every --permanent 2>/dev/null
fi`),
  ),
}

export function readLook(reply: ScriptReply): FirewallLook {
  const sections = new Map<string, string>()
  for (const part of `\n${reply.stdout.toString('utf8')}`.split('\n== ').slice(1)) {
    const at = part.indexOf('\n')
    sections.set(at === -1 ? part : part.slice(0, at), at === -1 ? '' : part.slice(at + 1))
  }
  const file = sections.get('file')
  return {
    file: file === undefined || file === '' || file.endsWith('\n') ? file : `${file}\n`,
    knowsPolicies: sections.has('policies'),
    running: sections.has('running') ? readRunning(sections) : undefined,
  }
}

function readRunning(sections: ReadonlyMap<string, string>): Running {
  const policy = sections.get('policy')
  if (policy === undefined)
    return {
      policy: undefined,
      fleeting: fleeting(sections.get('now') ?? '', sections.get('kept') ?? ''),
    }
  const fields = [...readListing(policy).values()][0] ?? new Map<string, Set<string>>()
  const take = (name: string) => [...(fields.get(name) ?? [])]
  const others = [...fields]
    .filter(([name]) => name !== 'ports' && name !== 'rich rules')
    .map(([name, values]) => [name, [...values].join(' ')] as const)
    .filter(([name, value]) => value !== (UNTOUCHED[name] ?? ''))
    .map(([name, value]) => `${name}: ${value}`)
  return { policy: { ports: take('ports'), rules: take('rich rules'), others }, fleeting: [] }
}

/** The answer that would come after a change, for check mode. */
export function afterwards(look: FirewallLook): ScriptReply {
  const { file, running } = look
  const rules = running?.policy?.rules.map((rule) => `\t${rule}\n`).join('') ?? ''
  const shape = Object.entries(UNTOUCHED).map(([name, value]) => `  ${name}: ${value}\n`)
  const text = [
    look.knowsPolicies ? '== policies\n' : '',
    file === undefined ? '' : `== file\n${file}`,
    running ? '== running\n' : '',
    running?.policy
      ? `== policy\n${POLICY} (active)\n${shape.join('')}  ports: ${running.policy.ports.join(' ')}\n  rich rules: \n${rules}`
      : '',
  ]
  return { code: 0, stdout: Buffer.from(text.join('')), stderr: Buffer.alloc(0) }
}

type Listing = Map<string, Map<string, Set<string>>>

/** What firewall-cmd lists: a name, and below it fields with values, or a value a line. */
function readListing(text: string): Listing {
  const out: Listing = new Map()
  let fields = new Map<string, Set<string>>()
  let values = new Set<string>()
  for (const line of text.split('\n')) {
    const [, name, rest] = /^ {2}([^:\s][^:]*):(.*)$/.exec(line) ?? []
    if (line.startsWith('\t')) values.add(line.trim())
    else if (name !== undefined) {
      values = fields.get(name) ?? new Set()
      fields.set(name, values)
      const words = name === 'rule' || name === 'entry' ? [rest?.trim() ?? ''] : (rest ?? '').split(/\s+/)
      for (const word of words) if (word !== '') values.add(word)
    } else if (line !== '') {
      const title = line.replace(/ \(.*\)$/, '')
      fields = out.get(title) ?? new Map()
      out.set(title, fields)
    }
  }
  return out
}

/** What is in the running configuration and not in the permanent one. firewalld itself keeps interfaces. */
function fleeting(now: string, kept: string): string[] {
  const permanent = readListing(kept)
  return [...readListing(now)].flatMap(([title, fields]) =>
    [...fields].flatMap(([name, values]) => {
      const lasting = permanent.get(title)?.get(name)
      const more = name === 'interfaces' ? [] : [...values].filter((value) => !lasting?.has(value))
      return more.length === 0 ? [] : [`${title}: ${name} ${more.join(' ')}`]
    }),
  )
}
