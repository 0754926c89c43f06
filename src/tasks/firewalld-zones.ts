import { Script } from '../shell/sh.ts'
import type { ScriptAsk, ScriptReply } from '../world/replies.ts'
import type { World, WorldQuestion } from '../world/world.ts'
import { replyWith } from '../world/script-reply.ts'
import { type Listing, listingText, readListing, readSections } from './firewalld-listing.ts'

const UNIT = 'firewalld.service'
const PROGRAM = '/usr/bin/firewall-cmd'

/** What firewalld has: all zones, in the permanent configuration and in the running one. */
export interface Zones {
  /** Whether it runs, now or after what check mode has predicted. */
  runs: boolean
  defaultZone: string
  permanent: Listing
  /** Empty where it does not run. */
  running: Listing
  services: ReadonlySet<string>
  icmpTypes: ReadonlySet<string>
}

/** One question for all tasks of a host. Without firewalld it says nothing. */
export const zonesQuestion: ScriptAsk = {
  id: 'firewalld zones',
  text: new Script(String.raw`
command -v firewall-cmd >/dev/null 2>&1 || exit 0
names() {
  for file in /usr/lib/firewalld/"$1"/*.xml /etc/firewalld/"$1"/*.xml; do
    [ -e "$file" ] || continue
    file=${'$'}{file##*/}
    echo "${'$'}{file%.xml}"
  done
}
echo '== services'; names services
echo '== icmptypes'; names icmptypes
if systemctl is-active -q firewalld.service; then
  bus=org.fedoraproject.FirewallD1
  echo '== default'
  busctl --auto-start=no call $bus /org/fedoraproject/FirewallD1 $bus getDefaultZone | sed 's/^s "//; s/"$//'
  echo '== running'; firewall-cmd --list-all-zones || exit 1
  echo '== permanent'; firewall-cmd --permanent --list-all-zones || exit 1
else
  echo '== default'; sed -n 's/^[[:space:]]*DefaultZone[[:space:]]*=[[:space:]]*//p' /etc/firewalld/firewalld.conf
  echo '== permanent'; firewall-offline-cmd --list-all-zones || exit 1
fi`),
}

export const zonesQuestions: readonly WorldQuestion[] = [
  { kind: 'path', ask: { path: PROGRAM } },
  { kind: 'unit', ask: { name: UNIT } },
  { kind: 'script', ask: zonesQuestion },
]

/** The key of the answer, for effects. */
export const ZONES = zonesQuestion.id

/** What firewalld has; undefined: it is not installed; a text: why it could not be asked. */
export function readZones(world: World): Zones | string | undefined {
  if (!world.get('path', { path: PROGRAM }).exists) return undefined
  const unit = world.get('unit', { name: UNIT })
  const runs = unit.known && unit.activity === 'active'
  const { code, stdout, stderr } = world.get('script', zonesQuestion)
  const sections = readSections(stdout)
  if (code !== 0 || !sections.has('permanent'))
    return stderr.toString('utf8').trim().split('\n').at(-1) || `firewall-cmd ended with ${code}`
  const list = (name: string) => new Set((sections.get(name) ?? '').split('\n').filter((line) => line !== ''))
  const permanent = readListing(sections.get('permanent') ?? '')
  const running = sections.get('running')
  return {
    runs,
    defaultZone: sections.get('default')?.trim() || 'public',
    permanent,
    // Once it is started, it has what is permanent.
    running: runs ? (running === undefined ? permanent : readListing(running)) : new Map(),
    services: list('services'),
    icmpTypes: list('icmptypes'),
  }
}

/** The answer that says this, for what check mode predicts. */
export function zonesReply(zones: Zones): ScriptReply {
  const text = [
    `== services\n${[...zones.services].join('\n')}\n`,
    `== icmptypes\n${[...zones.icmpTypes].join('\n')}\n`,
    `== default\n${zones.defaultZone}\n`,
    ...(zones.runs ? [`== running\n${listingText(zones.running)}`] : []),
    `== permanent\n${listingText(zones.permanent)}`,
  ]
  return replyWith(Buffer.from(text.join('')))
}
