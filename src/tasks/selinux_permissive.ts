import * as z from 'zod'
import { lines, Script, sh } from '../shell/sh.ts'
import { defineTask, type Plan } from '../task.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { effect } from '../world/world.ts'
import { replyWith, SBIN } from '../world/script-reply.ts'
import { missingTool } from './missing-tool.ts'
import { wrong } from './package-params.ts'
import { bool, name, text } from './params.ts'
import { NOT_SHOWN, switchedOff } from './selinux-host.ts'

interface Wish {
  domain: string
  permissive: boolean
  store: string
  reload: boolean
}

export default defineTask({
  name: 'selinux_permissive',
  aliases: ['community.general.selinux_permissive'],
  summary: 'Let SELinux only log what a domain does, or enforce its policy again.',
  kind: () => 'state',
  params: z.strictObject({
    domain: name.describe('The domain, such as haproxy_t.'),
    permissive: bool.describe('Whether it is to be permissive.'),
    no_reload: bool.default(false).describe('Do not load the policy anew: it counts from the next boot on.'),
    store: text.default('').describe('Name of the policy store. Default: the one in use.'),
  }),
  paramAliases: { name: 'domain' },
  example: `
- name: See what the policy would refuse haproxy
  selinux_permissive:
    domain: haproxy_t
    permissive: yes
`,
  returns: { domain: 'As asked for. Also permissive and store.' },
  notes: [NOT_SHOWN, 'It needs semanage on the host to change something (policycoreutils-python-utils).'],
  prepare(params): Wish {
    const { domain, permissive, store } = params
    if (!/^\w+$/.test(domain))
      throw wrong(`selinux_permissive: ${JSON.stringify(domain)} is not the name of a domain`)
    return { domain, permissive, store, reload: !params.no_reload }
  },
  asks: (wish) => [{ kind: 'script', ask: permissiveAsk(wish.store) }],
  plan(wish, world): Plan {
    const { domain, permissive, store } = wish
    const ask = permissiveAsk(store)
    const said = world
      .get('script', ask)
      .stdout.toString('utf8')
      .split('\n')
      .filter((line) => line !== '')
    if (!said.includes('enabled')) return switchedOff()
    if (!said.includes('semodule')) return missingTool(world, 'semodule', 'policycoreutils')
    const domains = permissiveDomains(said)
    const result = { domain, permissive, store }
    if (domains.includes(domain) === permissive)
      return { status: 'ok', reason: `${domain} is ${permissive ? '' : 'not '}permissive`, result }
    if (!said.includes('semanage')) return missingTool(world, 'semanage', 'policycoreutils-python-utils')
    const word = (on: boolean): string => (on ? 'permissive' : 'enforced')
    const flags = [
      permissive ? '-a' : '-d',
      ...(wish.reload ? [] : ['-N']),
      ...(store === '' ? [] : ['-S', store]),
    ]
    const others = said.filter(
      (line) => line !== `permissive_${domain}` && !line.startsWith(`permissive_${domain}\t`),
    )
    return {
      status: 'change',
      summary: `make ${domain} ${word(permissive)}`,
      diff: [
        {
          type: 'fields',
          subject: `SELinux domain ${domain}`,
          fields: [{ name: 'policy', before: word(!permissive), after: word(permissive) }],
        },
      ],
      timeout: 300,
      apply: lines(SBIN, sh`semanage permissive ${flags} ${domain} || exit 1`),
      effects: [
        effect('script', ask.id, () =>
          replyWith([...others, ...(permissive ? [`permissive_${domain}`] : [])]),
        ),
      ],
      result,
    }
  },
})

/** A permissive domain is a module of the policy that is called after it; old releases print its version, too. */
export function permissiveDomains(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /^permissive_(\w+)/.exec(line)?.[1] ?? [])
}

/** semodule reads the store; semanage would take a second to say the same. */
export function permissiveAsk(store: string): ScriptAsk {
  const option = store === '' ? [] : ['-s', store]
  return {
    id: `permissive domains ${store}`,
    changes: true,
    text: lines(
      new Script(`${SBIN.text}
[ ! -e /sys/fs/selinux/enforce ] || echo enabled
command -v semanage >/dev/null 2>&1 && echo semanage
command -v semodule >/dev/null 2>&1 || exit 0
echo semodule`),
      sh`${['semodule', ...option, '-l']} 2>/dev/null | grep '^permissive_' || :`,
    ),
  }
}
