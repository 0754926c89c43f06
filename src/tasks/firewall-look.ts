import { Script, lines, sh } from '../shell/sh.ts'
import type { ScriptAsk, ScriptReply } from '../world/replies.ts'
import { replyWith } from '../world/script-reply.ts'
import { POLICY, POLICY_FILE } from './firewall-policy.ts'
import { readListing, readSections } from './firewalld-listing.ts'

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

/** The settings besides ports and rules that a policy has with which nobody has tampered. */
const UNTOUCHED: Readonly<Record<string, string>> = {
  priority: '100',
  target: 'CONTINUE',
  ingress_zones: 'ANY',
  egress_zones: 'HOST',
  masquerade: 'false',
}

/**
 * Asked once for all tasks of a host. A host without firewalld says nothing, and it costs no more than that.
 * busctl answers in a hundredth of a second; firewall-cmd, which starts Python, in a sixth.
 */
export const question: ScriptAsk = {
  id: 'firewalld policy',
  text: lines(
    sh`file=${POLICY_FILE} policy=${POLICY} bus=org.fedoraproject.FirewallD1 path=org/fedoraproject/FirewallD1`,
    new Script(String.raw`
command -v firewall-cmd >/dev/null 2>&1 || exit 0
[ ! -d /usr/lib/firewalld/policies ] || echo '== policies'
if [ -f "$file" ]; then echo '== file'; cat "$file"; fi
systemctl is-active -q firewalld.service || exit 0
echo '== running'
if info=$(busctl --auto-start=no call "$bus" "/$path" "$bus".policy getPolicySettings s "$policy" 2>/dev/null); then
  echo '== policy'
  printf '%s\n' "$info"
else
  # Most hosts have neither direct rules nor sets, which is quickly asked.
  has() { case $(busctl --auto-start=no call "$bus" "/$path" "$bus.$1" "$2") in *' 0') false ;; esac; }
  every() {
    firewall-cmd $1 --list-all-zones
    firewall-cmd $1 --list-all-policies
    [ -z "$direct" ] || firewall-cmd $1 --direct --get-all-rules | sed 's/^/direct rules\n  rule: /'
    [ -z "$sets" ] || for set in $(firewall-cmd $1 --get-ipsets); do
      firewall-cmd $1 --ipset="$set" --get-entries | sed "s/^/ipset $set\\n  entry: /"
    done
  }
  direct= sets=
  ! has direct getAllRules || direct=y
  ! has ipset getIPSets || sets=y
  echo '== now'
  every 2>/dev/null
  echo '== kept'
  every --permanent 2>/dev/null
fi`),
  ),
}

export function readLook(reply: ScriptReply): FirewallLook {
  const sections = readSections(reply.stdout)
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
  const settings = readSettings(policy)
  const take = (name: string) => settings.get(name) ?? []
  const others = [...settings]
    .filter(([name]) => !['ports', 'rich_rules', 'short', 'description'].includes(name))
    .map(([name, values]) => [name, values.join(' ')] as const)
    .filter(([name, value]) => value !== (UNTOUCHED[name] ?? ''))
    .map(([name, value]) => `${name}: ${value}`)
  return { policy: { ports: take('ports'), rules: take('rich_rules'), others }, fleeting: [] }
}

/** The answer that would come after a change, for check mode. */
export function afterwards(look: FirewallLook): ScriptReply {
  const { file, running } = look
  const text = [
    look.knowsPolicies ? '== policies\n' : '',
    file === undefined ? '' : `== file\n${file}`,
    running ? '== running\n' : '',
    running?.policy ? `== policy\n${settingsText(running.policy)}\n` : '',
  ]
  return replyWith(Buffer.from(text.join('')))
}

/** How many words of busctl's make one value of a list of this type. */
const WIDTHS: Readonly<Record<string, number>> = { as: 1, 'a(ss)': 2, 'a(ssss)': 4 }

/** What busctl prints of a dict: each name, the type of its value, and the value; lists with their length before them. */
function readSettings(text: string): Map<string, string[]> {
  const words = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|\S+/g)].map(
    ([word, quoted]) => quoted?.replaceAll(/\\(.)/g, '$1') ?? word,
  )
  const out = new Map<string, string[]>()
  // The type of the whole and its length come first.
  for (let at = 2; at + 2 < words.length;) {
    const [name = '', type = '', first = ''] = words.slice(at, at + 3)
    const width = WIDTHS[type]
    if (width === undefined) {
      out.set(name, [first])
      at += 3
      continue
    }
    const end = at + 3 + Number(first) * width
    const values = words.slice(at + 3, end)
    out.set(
      name,
      values.flatMap((_, index) =>
        index % width === 0 ? [values.slice(index, index + width).join('/')] : [],
      ),
    )
    at = end
  }
  return out
}

/** The same the other way round, for what check mode predicts. */
function settingsText({ ports, rules }: NonNullable<Running['policy']>): string {
  const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`
  const single = Object.entries(UNTOUCHED).map(([name, value]) => `${quoted(name)} s ${quoted(value)}`)
  const lists = [
    `"ports" a(ss) ${ports.length} ${ports.flatMap((port) => port.split('/').map(quoted)).join(' ')}`,
    `"rich_rules" as ${rules.length} ${rules.map(quoted).join(' ')}`,
  ]
  return `a{sv} ${single.length + lists.length} ${[...single, ...lists].join(' ')}`
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
