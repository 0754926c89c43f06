import * as z from 'zod'
import { parseAddress } from '../inventory/address.ts'
import { defineTask, type Plan } from '../task.ts'
import { type Dict, fromJson, toJson, type Value } from '../value.ts'
import { wrong } from './package-params.ts'
import { name, texts } from './params.ts'

interface Added {
  host: string
  groups: readonly string[]
  variables: Dict
}

export default defineTask({
  name: 'add_host',
  aliases: ['ansible.builtin.add_host', 'ansible.legacy.add_host'],
  summary: 'Add a host to the inventory of this run, for the tasks and plays behind it.',
  kind: () => 'local',
  params: z
    .object({
      name: name.describe('Name of the host, also with a port: web1:2222.'),
      groups: texts.default([]).describe('Groups that it is put into; new ones are made.'),
    })
    .catchall(z.unknown()),
  paramAliases: { hostname: 'name', host: 'name', group: 'groups', groupname: 'groups' },
  bypass: 'once',
  grows: true,
  example: `- name: Work on the new node in the next play
  add_host:
    name: web9
    groups: new
    ansible_host: 10.0.0.9
`,
  returns: { add_host: 'The host with its groups and variables.' },
  notes: [
    'All other parameters are variables of the host. It runs once for all hosts of the batch.',
    'It reports ok: nothing on a host has changed.',
  ],
  prepare(params): Added {
    const { name: given, groups, ...rest } = params
    const { host, port } = parseAddress(given) ?? { host: given, port: undefined }
    const variables = new Map<string, Value>()
    if (port !== undefined) variables.set('ansible_ssh_port', port)
    for (const [key, value] of Object.entries(rest)) variables.set(key, fromJson(value))
    for (const [key, value] of variables)
      if (/\{[{%#]/.test(JSON.stringify(toJson(value))))
        throw wrong(
          `add_host: ${key} holds a template, which would be evaluated later`,
          'set_fact it instead',
        )
    return { host, groups: groups.filter((one) => one !== ''), variables }
  },
  asks: () => [],
  plan({ host, groups, variables }): Plan {
    const added = new Map<string, Value>([
      ['host_name', host],
      ['groups', [...groups]],
      ['host_vars', variables],
    ])
    const where = groups.length === 0 ? '' : ` to ${groups.join(', ')}`
    return { status: 'ok', reason: `added ${host}${where}`, result: { add_host: added } }
  },
})
