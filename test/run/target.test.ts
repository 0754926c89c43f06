import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { connectionDefaults } from '../../src/config/connection-defaults.ts'
import { readSettings } from '../../src/config/settings.ts'
import { targetOf } from '../../src/run/target.ts'
import type { RunOptions } from '../../src/run/options.ts'
import { Redactor } from '../../src/secret.ts'
import { TaskScope } from '../../src/variables/scope.ts'
import { VariableStore, type Raw } from '../../src/variables/store.ts'
import type { Value } from '../../src/value.ts'

const CONFIG = `[defaults]
remote_port = 2222
host_key_checking = False
[privilege_escalation]
become_method = su
become_flags = -x
[ssh_connection]
ssh_args = -o ServerAliveInterval=5
ssh_common_args = -o ProxyJump=b
`

/** How a host with these variables is reached, with the ansible.cfg above; `connection` is the command line. */
async function target(variables: Record<string, Value>, connection: Partial<RunOptions['connection']> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'hakube-target-'))
  await writeFile(join(folder, 'ansible.cfg'), CONFIG)
  const settings = await readSettings({ cwd: folder, env: {}, etc: folder })
  const inventory = new Map(
    Object.entries(variables).map(([name, value]): [string, Raw] => [
      name,
      { value, place: { file: 'hosts' } },
    ]),
  )
  const record = { groups: [], inventory, facts: undefined, injected: undefined }
  const store = new VariableStore({ hosts: new Map([['h', record]]), groups: new Map(), extra: new Map() })
  const layers = { magic: new Map(), loop: new Map(), environment: {}, texts: [] }
  const given = {
    user: undefined,
    keyFile: undefined,
    password: undefined,
    becomePassword: undefined,
    hostKeyChecking: undefined,
    timeout: undefined,
    defaults: connectionDefaults(settings),
    ...connection,
  }
  const options = { connection: given, redactor: new Redactor() }
  const found = targetOf('h', new TaskScope(store, 'h', 0, layers), new Map(), options)
  return { ...found, folder }
}

describe('how a host is reached with an ansible.cfg', () => {
  it('takes what the host has no variables for', async () => {
    const { folder, ...found } = await target({})
    expect(found).toMatchObject({
      address: 'h',
      port: 2222,
      hostKeyChecking: 'no',
      hostKeyCheckingFrom: `${join(folder, 'ansible.cfg')}:3`,
      becomeMethod: 'su',
      becomeFlags: '-x',
      sshCommonArgs: '-o ServerAliveInterval=5 -o ProxyJump=b',
    })
  })

  it('takes the variables of the host before it, under each of their names', async () => {
    const found = await target({
      ansible_ssh_port: 22,
      ansible_ssh_host_key_checking: true,
      ansible_become_method: 'sudo',
      ansible_sudo_flags: '-H',
      ansible_ssh_common_args: '-4',
    })
    expect(found).toMatchObject({
      port: 22,
      hostKeyChecking: undefined,
      becomeMethod: 'sudo',
      becomeFlags: '-H',
      sshCommonArgs: '-o ServerAliveInterval=5 -4',
    })
  })

  it('takes the command line before it', async () => {
    expect(await target({}, { hostKeyChecking: 'strict' })).toMatchObject({ hostKeyChecking: 'strict' })
  })
})
