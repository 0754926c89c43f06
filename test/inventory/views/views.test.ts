import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hakubeIn } from '../../cli/support.ts'
import { inDirectory } from '../support.ts'

const data = fileURLToPath(new URL('data/', import.meta.url))
const inventory = join(data, 'hosts.ini')

async function hakube(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return await inDirectory({}, async (root) => {
    const { code, out, err } = await hakubeIn(root, ['inventory', '-i', inventory, ...args])
    return { code, out: out.toString('utf8'), err }
  })
}

describe('hakube inventory', () => {
  // What ansible-inventory of ansible-core 2.14.18 prints for the same files and options.
  it.each([
    ['list', ['--list']],
    ['list-extra', ['--list', '-e', 'added=5']],
    ['list-playbook', ['--list', '--playbook-dir', join(data, 'site')]],
    ['host', ['--host', 'n1.example.org']],
    ['yaml', ['--host', 'n1.example.org', '--yaml']],
    ['graph', ['--graph']],
    ['graph-vars', ['--graph', 'site', '--vars']],
  ])('prints to the byte what ansible-inventory does: %s', async (name, args) => {
    const { code, out } = await hakube(...args)
    expect(out).toBe(readFileSync(new URL(`answers/${name}.txt`, import.meta.url), 'utf8'))
    expect(code).toBe(0)
  })

  it('shows the hosts of a limit only', async () => {
    const list: unknown = JSON.parse((await hakube('--list', '--limit', 'web:!n1*')).out)
    expect(list).toMatchObject({
      web: { hosts: ['10', '2'] },
      all: { children: ['ungrouped', 'site', 'hollow'] },
    })
    expect(list).not.toHaveProperty('db')
    expect(list).not.toHaveProperty(['_meta', 'hostvars', 'n1.example.org'])
    expect((await hakube('--graph', '-l', 'lone')).out).not.toContain('n1')
  })

  it.each([
    [['--host', 'nobody'], 'there is no host nobody'],
    [['--graph', 'nothing'], 'there is no group nothing'],
    [['--list', '--host', '10'], '--list and --host exclude each other'],
    [['-l', 'a', '-l', 'b'], 'a,b'],
    [['-l', 'nobody'], 'leaves no host'],
  ])('refuses %j', async (args, message) => {
    const { code, err, out } = await hakube(...args)
    expect(code).toBe(1)
    expect(err).toContain(message)
    expect(out).toBe('')
  })
})

interface Explained {
  settings: {
    wins: boolean
    value: unknown
    set_by: string
    file: string | null
    line: number | null
    why: string
  }[]
  notes: string[]
}

async function explained(target: string, ...args: string[]): Promise<Explained> {
  return JSON.parse((await hakube('--explain', target, '--json', ...args)).out)
}

describe('hakube inventory --explain', () => {
  it('lists every place that sets a variable, the winner first, and why', async () => {
    const found = await explained('n1.example.org.zone', '--playbook-dir', join(data, 'site'), '-e', 'zone=x')
    expect(
      found.settings.map(({ value, set_by: by, file, line, why }) =>
        [value, by, file?.replace(data, '') ?? '', line ?? '', why].join(' | '),
      ),
    ).toEqual([
      'x | -e | -e |  | -e beats everything',
      'from-host-file | host_vars | host_vars/n1.example.org.yml | 1 | host_vars beat what the inventory says of the host',
      'west | the host itself | hosts.ini | 3 | a later line wins',
      'east | the host itself | hosts.ini | 3 | a host beats its groups',
      'from-web-file | group_vars of web (depth 2, priority 5) | group_vars/web.yml | 1 | any group beats all',
      'from-playbook | group_vars of all next to the playbook | site/group_vars/all.yml | 1 | group_vars beat what the inventory says of any group',
      'web | group web (depth 2, priority 5) | hosts.ini | 8 | web has the higher priority',
      'db | group db (depth 2) | hosts.ini | 13 | any group beats all',
      'all | group all | hosts.ini | 18 | ',
    ])
    expect(found.settings.map((one) => one.wins)).toEqual([true, ...Array.from({ length: 8 }, () => false)])
  })

  it('agrees with what holds, for every variable of every host', async () => {
    for (const host of ['lone', 'n1.example.org', '10', '2']) {
      const all: { variable: string; settings: { value: unknown }[] }[] = JSON.parse(
        (await hakube('--explain', host, '--json')).out,
      )
      const held: Record<string, unknown> = JSON.parse((await hakube('--host', host)).out)
      expect(all.map((one) => one.variable)).toEqual(Object.keys(held).sort())
      for (const { variable, settings } of all) {
        if (!JSON.stringify(held[variable]).includes('hidden') && variable !== 'ansible_password')
          expect(settings[0]?.value).toEqual(held[variable])
      }
    }
  })

  it('masks passwords, deep ones too', async () => {
    const { out } = await hakube('--explain', 'n1.example.org')
    expect(out).not.toMatch(/hunter22|hidden1/)
    expect(out).toMatch(/ansible_password +"\*{8}" +group all/)
    expect(out).toMatch(/db_password": "\*{8}"/)
  })

  it('knows defaults, and what counts instead', async () => {
    expect((await explained('lone.ansible_port')).settings).toMatchObject([{ value: 22, set_by: 'default' }])
    expect((await explained('n1.example.org.ansible_host')).settings).toMatchObject([
      { value: '10.0.0.1', wins: true },
      { value: 'n1.example.org', set_by: 'default', wins: false },
    ])
    const noted = await explained('lone.ansible_host', '-e', 'ansible_ssh_host=1.2.3.4')
    expect(noted.notes).toEqual(['ansible_ssh_host is set too and counts instead of ansible_host'])
    expect((await explained('localhost.ansible_connection')).settings).toMatchObject([{ value: 'local' }])
  })

  it.each([
    ['10.zonee', 'Did you mean zone?'],
    ['lonee.zone', 'Did you mean "lone"?'],
    ['', 'names no host'],
  ])('refuses %j', async (target, message) => {
    const { code, err } = await hakube('--explain', target)
    expect(code).toBe(1)
    expect(err).toContain(message)
  })

  it('prints a table without colours', async () => {
    const lines = (await hakube('--explain', 'lone.zone')).out.split('\n')
    expect(lines[0]).toBe('lone.zone')
    expect(lines[2]).toMatch(/^ {3}value {2}set by +at$/)
    expect(lines[3]).toMatch(/^→ {2}"all" {2}group all {2}\S+hosts\.ini:18:1$/)
  })
})
