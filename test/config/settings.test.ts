import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { readSettings, type Settings } from '../../src/config/settings.ts'
import { HakubeError, HakubeErrors } from '../../src/errors.ts'

let root = ''
const at = (name: string) => join(root, name)

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hakube-config-'))
  for (const name of ['cwd', 'play', 'home', 'etc']) await mkdir(at(name))
})

/** The settings in a directory `cwd`, beside a playbook in `play`. */
async function settings(files: Record<string, string>, env: Record<string, string> = {}): Promise<Settings> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(at(name)), { recursive: true })
    await writeFile(at(name), text)
  }
  const places = { cwd: at('cwd'), playbookDir: at('play'), etc: at('etc') }
  return readSettings({ ...places, env: { HOME: at('home'), ...env } })
}

async function errorsOf(files: Record<string, string>, env: Record<string, string> = {}) {
  try {
    await settings(files, env)
  } catch (error) {
    if (error instanceof HakubeErrors) return error.errors
    if (error instanceof HakubeError) return [error]
    throw error
  }
  return []
}

const cfg = (lines: string) => ({ 'cwd/ansible.cfg': lines })

describe('which file counts', () => {
  const forks = (count: number) => `[defaults]\nforks = ${count}\n`
  const all = {
    'named.cfg': forks(1),
    'cwd/ansible.cfg': forks(2),
    'play/ansible.cfg': forks(3),
    'home/.ansible.cfg': forks(4),
    'etc/ansible.cfg': forks(5),
  }

  it('takes the first that is there', async () => {
    const env = { ANSIBLE_CONFIG: '../named.cfg' }
    expect(await settings(all, env)).toMatchObject({ forks: 1, file: at('named.cfg') })
    expect(await settings({}, { ANSIBLE_CONFIG: at('play') })).toMatchObject({ forks: 3 })
    expect((await settings({})).forks).toBe(2)
  })

  it.each([
    ['play/ansible.cfg', 3],
    ['home/.ansible.cfg', 4],
    ['etc/ansible.cfg', 5],
  ] as const)('goes on to %s', async (name, count) => {
    expect((await settings({ [name]: forks(count) })).forks).toBe(count)
  })

  it('reads none where there is none', async () => {
    const none = await settings({})
    expect(none).toMatchObject({ file: undefined, notes: ['no ansible.cfg was read'], warnings: [] })
  })

  it('passes over a directory that everybody may write to, with a warning', async () => {
    await chmod(at('cwd'), 0o777)
    const found = await settings(all)
    expect(found.forks).toBe(3)
    expect(found.warnings).toEqual([expect.stringContaining(`${at('cwd/ansible.cfg')} is not read`)])
    expect((await settings({}, { ANSIBLE_CONFIG: at('cwd') })).forks).toBe(2)
  })

  it('refuses an ANSIBLE_CONFIG that is not there', async () => {
    expect(await errorsOf(all, { ANSIBLE_CONFIG: 'nowhere.cfg' })).toMatchObject([
      { code: 'config-missing', hint: expect.stringContaining('ANSIBLE_CONFIG') },
    ])
  })
})

describe('what it says', () => {
  it('reads every setting, paths from its own directory', async () => {
    const read = await settings(
      {
        'cwd/vault/dev': 'x',
        ...cfg(`[defaults]
inventory = hosts.ini, /etc/more, ~/mine
remote_user = "deploy"
remote_port = 2222
private_key_file = $KEYS/id
ask_pass = yes
forks = 7
roles_path = roles:/usr/share/roles
host_key_checking = False
timeout = 30
vault_password_file = vault/pw
vault_identity_list = dev@vault/dev, prod@prompt, other
vault_id_match = on
[privilege_escalation]
become = true
become_user = admin
become_method = su
become_flags = -n
become_exe = /bin/su
become_ask_pass = 0
[ssh_connection]
ssh_args = -o Compression=yes
ssh_common_args = -o ProxyJump=b
ssh_extra_args = -4
[diff]
always = yes
`),
      },
      { KEYS: '/keys' },
    )
    expect(read).toMatchObject({
      inventory: [at('cwd/hosts.ini'), '/etc/more', at('home/mine')],
      remoteUser: 'deploy',
      remotePort: 2222,
      privateKeyFile: '/keys/id',
      askPass: true,
      forks: 7,
      rolesPath: [at('cwd/roles'), '/usr/share/roles'],
      hostKeyChecking: false,
      timeout: 30,
      vaultPasswordFile: at('cwd/vault/pw'),
      vaultIdentityList: [`dev@${at('cwd/vault/dev')}`, 'prod@prompt', at('cwd/other')],
      vaultIdMatch: true,
      become: true,
      becomeUser: 'admin',
      becomeMethod: 'su',
      becomeFlags: '-n',
      becomeExe: '/bin/su',
      becomeAskPass: false,
      sshArgs: '-o Compression=yes',
      sshCommonArgs: '-o ProxyJump=b',
      sshExtraArgs: '-4',
      diffAlways: true,
      warnings: [],
      notes: [`read the settings of ${at('cwd/ansible.cfg')}`],
    })
    expect(read.places.get('hostKeyChecking')).toEqual({ file: `${at('cwd/ansible.cfg')}:9` })
  })

  it('is beaten by the environment, whose paths are from the current directory', async () => {
    const env = {
      ANSIBLE_FORKS: '9',
      ANSIBLE_INVENTORY: 'a,b',
      ANSIBLE_REMOTE_USER: '',
      ANSIBLE_SSH_TIMEOUT: '3',
    }
    const text = '[defaults]\nforks=1\ninventory=x\nremote_user=u\ntimeout=1\n[ssh_connection]\ntimeout=2\n'
    const read = await settings({ 'play/ansible.cfg': text }, env)
    expect(read).toMatchObject({
      forks: 9,
      inventory: [at('cwd/a'), at('cwd/b')],
      remoteUser: 'u',
      timeout: 3,
    })
    expect((await settings({})).timeout).toBe(2)
  })

  it('names what has no effect', async () => {
    const text = '[defaults]\nforks = 1\ngathering = smart\n[ssh_connection]\npipelining = True\n'
    const { notes } = await settings(cfg(text), { ANSIBLE_NOCOWS: '1' })
    expect(notes[1]).toBe(
      'settings without an effect here: [defaults] gathering, [ssh_connection] pipelining, ANSIBLE_NOCOWS',
    )
  })

  it.each([
    ['hash_behaviour = merge', 'hash_behaviour = merge has no effect here'],
    ['hash_behaviour = replace', undefined],
    ['error_on_undefined_vars = False', 'error_on_undefined_vars'],
    ['transport = smart', undefined],
    ['transport = winrm', 'transport'],
  ])('warns of what changes a meaning: %s', async (line, warning) => {
    const { warnings } = await settings(cfg(`[defaults]\n${line}\n`))
    expect(warnings).toEqual(warning === undefined ? [] : [expect.stringContaining(warning)])
  })

  it('points at every value that makes no sense', async () => {
    const text = '[defaults]\nforks = many\nhost_key_checking = perhaps\ntimeout = 0\n'
    expect(await errorsOf(cfg(text))).toMatchObject([
      { code: 'config-value', place: { file: at('cwd/ansible.cfg'), line: 2, column: 9 } },
      { code: 'config-value', place: { line: 3, column: 21 }, message: expect.stringContaining('"perhaps"') },
      { code: 'config-value', place: { line: 4, column: 11 } },
    ])
    expect(await errorsOf({}, { ANSIBLE_CONFIG: '/dev/null', ANSIBLE_BECOME: 'maybe' })).toMatchObject([
      { code: 'config-value', message: 'ANSIBLE_BECOME must be yes or no, not "maybe"' },
    ])
  })

  it('refuses what is no text', async () => {
    await writeFile(at('cwd/ansible.cfg'), Buffer.from([0x5b, 0xff, 0xfe]))
    expect(await errorsOf({})).toMatchObject([
      { code: 'config-syntax', place: { file: at('cwd/ansible.cfg') } },
    ])
  })
})

describe('how the hosts of plays go together', () => {
  it('is read from the file and the environment', async () => {
    const text = '[defaults]\nstrategy = ansible.builtin.free\nforce_handlers = True\n'
    expect(await settings(cfg(text))).toMatchObject({ strategy: 'free', forceHandlers: true })
    expect(
      await settings(cfg(text), { ANSIBLE_STRATEGY: 'linear', ANSIBLE_FORCE_HANDLERS: 'no' }),
    ).toMatchObject({
      strategy: 'linear',
      forceHandlers: false,
    })
  })

  it('takes the line of ansible_managed, and refuses words in braces that mean nothing', async () => {
    const line = (text: string) => cfg(`[defaults]\nansible_managed = ${text}\n`)
    const text = 'Managed: {file} of {{x}} by {uid} on {host}, %Y'
    expect(await settings(line(text))).toMatchObject({ ansibleManaged: text })
    expect(await settings(line('Managed # here'))).toMatchObject({ ansibleManaged: 'Managed # here' })
    expect(await errorsOf(line('Managed {user}'))).toMatchObject([
      {
        code: 'config-value',
        place: { line: 2 },
        message: '[defaults] ansible_managed has {user} in it, which means nothing',
      },
    ])
  })

  it('refuses a strategy that there is not, with its place', async () => {
    expect(await errorsOf(cfg('[defaults]\nstrategy = debug\n'))).toMatchObject([
      { message: 'the strategy debug is not supported', place: { line: 2 } },
    ])
  })
})
