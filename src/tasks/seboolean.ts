import * as z from 'zod'
import { lines, Script, sh } from '../shell/sh.ts'
import { defineTask, type Plan } from '../task.ts'
import type { ScriptAsk, ScriptReply } from '../world/replies.ts'
import { effect, type World } from '../world/world.ts'
import { replyWith } from '../world/script-reply.ts'
import { missing, missingTool } from './missing-tool.ts'
import { wrong } from './package-params.ts'
import { bool, name } from './params.ts'

interface Wish {
  name: string
  on: boolean
  persistent: boolean
  /** Set the permanent value where SELinux is off too. */
  regardless: boolean
}

/** What a host says of a boolean: the kernel's value, and the one of the next boot where it can be told. */
interface Seen {
  enabled: boolean
  tools: boolean
  active: boolean | undefined
  /** 'default': nobody has set it, so the next boot has what the policy says. */
  kept: boolean | 'default' | undefined
}

export default defineTask({
  name: 'seboolean',
  aliases: ['ansible.posix.seboolean'],
  summary: 'Switch an SELinux boolean, in the running kernel and for the next boot.',
  kind: () => 'state',
  params: z.strictObject({
    name: name.describe('The boolean, such as haproxy_connect_any.'),
    state: bool.describe('Whether it is to be on.'),
    persistent: bool.default(false).describe('Whether it stays so after a reboot.'),
    ignore_selinux_state: bool
      .default(false)
      .describe('Set the value of the next boot where SELinux is switched off, too; takes persistent.'),
  }),
  example: `
- name: Let haproxy connect anywhere
  seboolean:
    name: haproxy_connect_any
    state: yes
    persistent: yes
`,
  notes: [
    'It needs no Python on the host: the kernel says what is on, and setsebool changes it.',
    'A host where SELinux is switched off is refused, as by Ansible.',
    'Not shown on a host with SELinux: the test hosts have none. Its question and its script are tested on files made like those of EL 9.',
  ],
  prepare(params): Wish {
    if (!/^\w+$/.test(params.name))
      throw wrong(`seboolean: ${JSON.stringify(params.name)} is not the name of a boolean`)
    return {
      name: params.name,
      on: params.state,
      persistent: params.persistent,
      regardless: params.ignore_selinux_state,
    }
  },
  asks: (wish) => [{ kind: 'script', ask: question(wish.name) }],
  plan(wish, world): Plan {
    const seen = lookAt(wish.name, world)
    if (!seen.enabled && !wish.regardless) {
      const hint = "leave the task out there: when: ansible_selinux.status == 'enabled'"
      return { status: 'fail', message: 'SELinux is switched off on this host', hint }
    }
    if (!seen.enabled && !wish.persistent)
      return { status: 'ok', reason: 'SELinux is switched off, and nothing is to be kept' }
    if (seen.enabled && seen.active === undefined)
      return missing(
        world,
        `the boolean ${wish.name}`,
        `SELinux has no boolean ${wish.name} on this host`,
        'see `getsebool -a`; the package whose policy has it may not be installed',
      )
    const now = !seen.enabled || seen.active === wish.on
    const kept = !wish.persistent || seen.kept === wish.on
    const word = wish.on ? 'on' : 'off'
    if (now && kept)
      return {
        status: 'ok',
        reason: `${wish.name} is ${word}${wish.persistent ? ', after a reboot too' : ''}`,
      }
    if (!seen.tools) return missingTool(world, 'setsebool', 'policycoreutils')
    return change(wish, seen)
  },
})

function change(wish: Wish, seen: Seen): Plan {
  const word = wish.on ? 'on' : 'off'
  const field = (label: string, before: Seen['kept']) => ({
    name: label,
    before: before === undefined ? '' : before === 'default' ? "the policy's" : before ? 'on' : 'off',
    after: word,
  })
  const after: Seen = {
    ...seen,
    active: seen.enabled ? wish.on : undefined,
    kept: wish.persistent ? wish.on : seen.kept,
  }
  return {
    status: 'change',
    summary: `switch ${wish.name} ${word}${wish.persistent ? ' for good' : ' until the next boot'}`,
    diff: [
      {
        type: 'fields',
        subject: `SELinux boolean ${wish.name}`,
        fields: [
          ...(seen.enabled && seen.active !== wish.on ? [field('now', seen.active)] : []),
          ...(wish.persistent && seen.kept !== wish.on ? [field('after a reboot', seen.kept)] : []),
        ],
      },
    ],
    // Loading the policy anew takes seconds, on small machines tens of them.
    timeout: 300,
    apply: wish.persistent
      ? sh`setsebool -P ${wish.name} ${word} || exit 1`
      : sh`setsebool ${wish.name} ${word} || exit 1`,
    effects: [effect('script', question(wish.name).id, () => answerOf(after))],
  }
}

/**
 * The kernel's file says "on-now on-if-committed". What is kept is in semanage's own store, a file for each policy;
 * semanage itself would take a second and wants to lock it.
 */
const LOOK = new Script(String.raw`
if [ -e /sys/fs/selinux/enforce ] && [ -e /etc/selinux/config ]; then echo enabled; fi
if command -v setsebool >/dev/null 2>&1; then echo tools; fi
file=/sys/fs/selinux/booleans/$boolean
# The kernel ends it without a newline, and so read does not end with 0.
if [ -r "$file" ]; then read -r now rest <"$file" || :; echo "now $now"; fi
type=$(sed -n 's/^SELINUXTYPE=[[:space:]]*//p' /etc/selinux/config)
for store in /var/lib/selinux/"$type"/active /etc/selinux/"$type"/modules/active; do
  [ -d "$store" ] || continue
  if [ ! -e "$store/booleans.local" ]; then echo kept default
  elif [ -r "$store/booleans.local" ]; then
    value=$(sed -n "s/^$boolean[[:space:]]*=[[:space:]]*//p" "$store/booleans.local" | tail -n 1)
    echo "kept ${'$'}{value:-default}"
  fi
  break
done`)

/** Asks about one boolean. */
export function question(boolean: string): ScriptAsk {
  return { id: `seboolean ${boolean}`, text: lines(sh`exec 2>/dev/null; boolean=${boolean}`, LOOK) }
}

function lookAt(boolean: string, world: World): Seen {
  const words = new Map(
    world
      .get('script', question(boolean))
      .stdout.toString('utf8')
      .split('\n')
      .map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']),
  )
  const now = words.get('now')
  const kept = words.get('kept')
  return {
    enabled: words.has('enabled'),
    tools: words.has('tools'),
    active: now === undefined ? undefined : now === '1',
    kept: kept === undefined ? undefined : kept === 'default' ? kept : /^(1|on|true)$/.test(kept),
  }
}

function answerOf({ enabled, tools, active, kept }: Seen): ScriptReply {
  const bit = (value: boolean) => (value ? '1' : '0')
  const text = [
    ...(enabled ? ['enabled'] : []),
    ...(tools ? ['tools'] : []),
    ...(active === undefined ? [] : [`now ${bit(active)}`]),
    ...(kept === undefined ? [] : [`kept ${kept === 'default' ? kept : bit(kept)}`]),
  ]
  return replyWith(text)
}
