import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { recorded } from '../vault/support.ts'
import { hakubeIn } from './support.ts'

let folder = ''
const at = (name: string) => join(folder, name)
const PLAYBOOK = `- hosts: all
  gather_facts: false
  tasks:
    - assert: {that: "ansible_forks == 3 and db_password == 'hunter-two'"}
    - debug: {msg: "it is {{ db_password }}"}
`
const CONFIG = `[defaults]
inventory = hosts.ini
forks = 3
vault_identity_list = prod@vault-password
gathering = smart
hash_behaviour = merge
`

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hakube-config-test-'))
  await writeFile(at('site.yml'), PLAYBOOK)
  await writeFile(at('hosts.ini'), 'a ansible_connection=local\n')
  await writeFile(at('vars.yml'), recorded('vars-1.2.vault'))
  await writeFile(at('vault-password'), 'second-Pässwort\n')
  await writeFile(at('ansible.cfg'), CONFIG)
})

describe('a run with an ansible.cfg', () => {
  it('takes inventory, forks and vault password from it, and says so', async () => {
    const { code, out, err } = await hakubeIn(folder, [
      'apply',
      at('site.yml'),
      '-e',
      `@${at('vars.yml')}`,
      '-vv',
    ])
    expect(err).toContain(`read the settings of ${at('ansible.cfg')}`)
    expect(err).toContain('without an effect here: [defaults] gathering, [defaults] hash_behaviour')
    expect(err).toContain(`${at('ansible.cfg')}:6: hash_behaviour = merge has no effect`)
    expect(code).toBe(0)
    expect(out.toString() + err).not.toContain('hunter-two')
    const [log = ''] = await readdir(at('state/hakube/log'))
    const text = await readFile(at(`state/hakube/log/${log}`), 'utf8')
    expect(text).toContain('read the settings of')
    expect(text).toContain('gathering')
    expect(text).not.toContain('hunter-two')
  })

  it('is beaten by the command line', async () => {
    const args = ['apply', at('site.yml'), '-e', `@${at('vars.yml')}`, '-f', '5']
    const { code, err } = await hakubeIn(folder, args)
    expect(code).toBe(2)
    expect(err).not.toContain('read the settings of')
  })

  it('has connection settings that variables of a host beat', async () => {
    await writeFile(
      at('ansible.cfg'),
      `${CONFIG}[privilege_escalation]\nbecome = yes\nbecome_method = nonsense\n`,
    )
    const refused = await hakubeIn(folder, ['apply', at('site.yml'), '-e', `@${at('vars.yml')}`])
    expect(refused.err).toContain('nonsense')
    expect(refused.code).toBe(1)
    const me = userInfo().username
    await writeFile(
      at('hosts.ini'),
      `a ansible_connection=local ansible_become=no ansible_become_user=${me}\n`,
    )
    await writeFile(at('ansible.cfg'), `${CONFIG}[privilege_escalation]\nbecome = yes\n`)
    expect((await hakubeIn(folder, ['apply', at('site.yml'), '-e', `@${at('vars.yml')}`])).code).toBe(0)
  })

  it.each([
    ['a value', '[defaults]\nforks = none\n', 2, 9],
    ['a line', '[defaults]\nforks\n', 2, 1],
  ])('refuses %s that makes no sense, with its place', async (_name, text, line, column) => {
    await writeFile(at('ansible.cfg'), text)
    const { code, err } = await hakubeIn(folder, ['apply', at('site.yml')])
    expect(code).toBe(1)
    expect(err).toContain(`--> ${at('ansible.cfg')}:${line}:${column}`)
  })

  it('serves hakube inventory too', async () => {
    const { code, out } = await hakubeIn(folder, ['inventory', '--graph'])
    expect(code).toBe(0)
    expect(out.toString()).toContain('--a')
  })
})
