import * as z from 'zod'
import { lines, Script, sh } from '../shell/sh.ts'
import { defineTask, type Plan } from '../task.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { effect, type World } from '../world/world.ts'
import { replyWith, SBIN } from '../world/script-reply.ts'
import { missingTool } from './missing-tool.ts'
import { wrong } from './package-params.ts'
import { bool, name, oneOf, texts } from './params.ts'
import { NOT_SHOWN, switchedOff } from './selinux-host.ts'

interface Wish {
  ports: string[]
  proto: 'tcp' | 'udp'
  setype: string
  present: boolean
  reload: boolean
  local: boolean
  regardless: boolean
}

/** One port, or range of ports, with the type that it has. */
interface Label {
  port: string
  proto: string
  type: string
  /** Said by the administrator, not by the policy. */
  local: boolean
}

export default defineTask({
  name: 'seport',
  aliases: ['community.general.seport'],
  summary: 'Say which SELinux type a port has, so that a service may use it.',
  kind: () => 'state',
  params: z.strictObject({
    ports: texts.describe('Ports and ranges of ports: 8443, 10000-10100.'),
    proto: oneOf(['tcp', 'udp']).describe('Protocol.'),
    setype: name.describe('The type, such as http_port_t.'),
    state: oneOf(['present', 'absent']).default('present').describe('Whether the ports are to have it.'),
    reload: bool.default(true).describe('Load the policy anew.'),
    local: bool
      .default(false)
      .describe("Look at the administrator's own settings only, not at the policy's."),
    ignore_selinux_state: bool.default(false).describe('Set it where SELinux is switched off, too.'),
  }),
  example: `
- name: Let haproxy have the port of the API
  seport:
    ports: 8443
    proto: tcp
    setype: http_port_t
`,
  returns: { ports: 'As asked for. Also proto, setype and state.' },
  notes: [
    NOT_SHOWN,
    'It needs semanage on the host, to look as well (policycoreutils-python-utils); that takes a second or two.',
  ],
  prepare(params): Wish {
    const bad = params.ports.find((port) => !/^\d+(?:-\d+)?$/.test(port))
    if (bad !== undefined || params.ports.length === 0)
      throw wrong(`seport: ${JSON.stringify(bad ?? '')} is not a port`, 'write 8443 or 10000-10100')
    const { ports, proto, setype, state, reload, local } = params
    return {
      ports,
      proto,
      setype,
      present: state === 'present',
      reload,
      local,
      regardless: params.ignore_selinux_state,
    }
  },
  asks: () => [{ kind: 'script', ask: portsAsk }],
  plan,
})

function plan(wish: Wish, world: World): Plan {
  const said = world.get('script', portsAsk).stdout.toString('utf8')
  const head = said.split('\n')
  if (!head.includes('enabled') && !wish.regardless) return switchedOff()
  if (!head.includes('semanage')) return missingTool(world, 'semanage', 'policycoreutils-python-utils')
  const { proto, setype, present, ports } = wish
  const labels = readLabels(said)
  const has = (port: string): boolean =>
    labels.some(
      (label) =>
        label.port === port && label.proto === proto && label.type === setype && (label.local || !wish.local),
    )
  const todo = ports.filter((port) => has(port) !== present)
  const result = { ports, proto, setype, state: present ? 'present' : 'absent' }
  const list = ports.join(', ')
  if (todo.length === 0)
    return { status: 'ok', reason: `${proto} ${list} ${present ? 'is' : 'is not'} ${setype}`, result }
  const fixed = present
    ? undefined
    : todo.find(
        (port) => !labels.some((label) => label.port === port && label.proto === proto && label.local),
      )
  if (fixed !== undefined)
    return {
      status: 'fail',
      message: `the policy itself says that ${proto} ${fixed} is ${setype}`,
      hint: 'give it another type instead',
    }
  const reload = wish.reload ? [] : ['-N']
  const isKnown = (port: string): boolean =>
    labels.some((label) => label.port === port && label.proto === proto)
  const command = (port: string): Script =>
    present
      ? sh`semanage port ${[isKnown(port) ? '-m' : '-a', ...reload, '-t', setype, '-p', proto, port]} || exit 1`
      : sh`semanage port ${['-d', ...reload, '-p', proto, port]} || exit 1`
  const others = labels.filter(
    (label) => !(todo.includes(label.port) && label.proto === proto && label.local),
  )
  const after = [
    ...others,
    ...(present ? todo.map((port) => ({ port, proto, type: setype, local: true })) : []),
  ]
  const typeOf = (port: string): string =>
    labels.findLast((label) => label.port === port && label.proto === proto)?.type ?? ''
  return {
    status: 'change',
    summary: `${present ? 'label' : 'no longer label'} ${proto} ${todo.join(', ')} ${setype}`,
    diff: [
      {
        type: 'fields',
        subject: 'SELinux ports',
        fields: todo.map((port) => ({
          name: `${proto} ${port}`,
          before: typeOf(port),
          after: present ? setype : '',
        })),
      },
    ],
    timeout: 300,
    apply: lines(SBIN, ...todo.map(command)),
    effects: [effect('script', portsAsk.id, () => replyWith(printed(head, after)))],
    result,
  }
}

/** semanage's two lists: all ports, and those that the administrator has set. */
export const portsAsk: ScriptAsk = {
  id: 'selinux ports',
  changes: true,
  text: new Script(`${SBIN.text}
[ ! -e /sys/fs/selinux/enforce ] || echo enabled
command -v semanage >/dev/null 2>&1 || exit 0
echo semanage
semanage port -l -n 2>/dev/null
echo ---
semanage port -l -n -C 2>/dev/null
:`),
}

/** Lines of "type proto 80, 81, 8000-8010". */
export function readLabels(text: string): Label[] {
  const [all = '', local = ''] = text.split('\n---\n')
  const own = rows(local)
  const isOwn = (row: Omit<Label, 'local'>): boolean =>
    own.some(({ port, proto, type }) => port === row.port && proto === row.proto && type === row.type)
  return rows(all).map((row) => ({ ...row, local: isOwn(row) }))
}

function rows(text: string): Omit<Label, 'local'>[] {
  return text.split('\n').flatMap((line) => {
    const match = /^(?<type>\w+)\s+(?<proto>tcp|udp|dccp|sctp)\s+(?<ports>[\d, -]+)$/.exec(line.trimEnd())
    const { type = '', proto = '', ports = '' } = match?.groups ?? {}
    return match ? ports.split(',').map((port) => ({ type, proto, port: port.trim() })) : []
  })
}

function printed(head: readonly string[], labels: readonly Label[]): string[] {
  const line = ({ type, proto, port }: Label): string => `${type} ${proto} ${port}`
  return [
    ...(head.includes('enabled') ? ['enabled'] : []),
    'semanage',
    ...labels.map(line),
    '---',
    ...labels.filter(({ local }) => local).map(line),
  ]
}
