import { describe, expect, it } from 'vitest'
import { connectionVars, ignoredVariables } from '../../src/inventory/connection-vars.ts'
import type { ConnectionVars } from '../../src/inventory/connection-vars.ts'
import { compareText } from '../../src/inventory/model.ts'
import type { Value } from '../../src/value.ts'
import { float } from '../../src/value.ts'
import { errorsOf } from './support.ts'

const read = (variables: Record<string, Value>): ConnectionVars =>
  connectionVars('n1', new Map(Object.entries(variables)), { home: '/home/me' })

describe('connectionVars', () => {
  it.each<[Record<string, Value>, Partial<ConnectionVars>]>([
    [{}, { connection: 'ssh', address: 'n1', port: undefined, user: undefined, become: undefined }],
    [{ ansible_host: '10.0.0.1', ansible_ssh_host: '10.0.0.2' }, { address: '10.0.0.2' }],
    [{ ansible_host: 'fd00::1' }, { address: 'fd00::1' }],
    [{ ansible_port: 22, ansible_ssh_port: '2222' }, { port: 2222 }],
    [{ ansible_port: float(22) }, { port: 22 }],
    [{ ansible_user: 'a', ansible_ssh_user: 'b' }, { user: 'b' }],
    [{ ansible_user: 'a', ansible_ssh_user: null }, { user: 'a' }],
    [{ ansible_user: '' }, { user: undefined }],
    [{ ansible_private_key_file: '~/.ssh/id' }, { keyFile: '/home/me/.ssh/id' }],
    [{ ansible_password: 123456 }, { password: '123456' }],
    [{ ansible_password: float(1e5) }, { password: '100000.0' }],
    [{ ansible_password: float(1e16) }, { password: '1e+16' }],
    [{ ansible_password: 1e-7 }, { password: '1e-07' }],
    [{ ansible_password: true }, { password: 'True' }],
    [{ ansible_password: 'a', ansible_ssh_pass: 'b', ansible_ssh_password: 'c' }, { password: 'c' }],
    [{ ansible_become: 'Yes' }, { become: true }],
    [{ ansible_become: 'off' }, { become: false }],
    [{ ansible_become: 1 }, { become: true }],
    [
      { ansible_become_password: 'a', ansible_become_pass: 'b', ansible_sudo_pass: 'c' },
      { becomePassword: 'c' },
    ],
    [
      { ansible_become_pass: 'b', ansible_sudo_pass: 'c', ansible_su_pass: 'd', ansible_become_method: 'su' },
      { becomeMethod: 'su', becomePassword: 'd' },
    ],
    [{ ansible_become_pass: 'b', ansible_su_pass: 'd', ansible_doas_pass: 'e' }, { becomePassword: 'b' }],
    [
      { ansible_become_exe: '/opt/sudo', ansible_become_flags: '-H' },
      { becomeExe: '/opt/sudo', becomeFlags: '-H' },
    ],
    [{ ansible_connection: 'local' }, { connection: 'local' }],
    [{ ansible_connection: 'smart' }, { connection: 'ssh' }],
    [
      { ansible_ssh_extra_args: '-c', ansible_ssh_args: '-a', ansible_ssh_common_args: '-b' },
      { sshCommonArgs: '-a -b -c' },
    ],
    [
      { ansible_host_key_checking: false },
      { hostKeyChecking: 'no', hostKeyCheckingFrom: 'ansible_host_key_checking' },
    ],
    [
      { ansible_ssh_host_key_checking: 'True' },
      { hostKeyChecking: undefined, hostKeyCheckingFrom: undefined },
    ],
    [{ ansible_timeout: 5, ansible_ssh_timeout: '2.5' }, { timeout: 2.5 }],
  ])('%o', (variables, expected) => {
    expect(read(variables)).toMatchObject(expected)
  })

  it.each<[Record<string, Value>, string]>([
    [{ ansible_port: 'ssh' }, '1 to 65535'],
    [{ ansible_port: '' }, '1 to 65535'],
    [{ ansible_port: 0 }, '1 to 65535'],
    [{ ansible_port: 70000 }, '1 to 65535'],
    [{ ansible_port: true }, '1 to 65535'],
    [{ ansible_host: '' }, 'address'],
    [{ ansible_host: '10.0.0.0/24' }, 'address'],
    [{ ansible_host: ['10.0.0.1'] }, 'quotes'],
    [{ ansible_become: 'maybe' }, 'true or false'],
    [{ ansible_connection: 'docker' }, 'ssh and local'],
    [{ ansible_timeout: 0 }, 'greater than 0'],
    [{ ansible_timeout: 'soon' }, 'greater than 0'],
  ])('refuses %o', async (variables, hint) => {
    const [error, ...others] = await errorsOf(Promise.resolve().then(() => read(variables)))
    expect(others).toEqual([])
    expect(error).toMatchObject({ code: 'connection-variable', host: 'n1' })
    expect(error?.hint).toContain(hint)
  })

  it('tells all mistakes of a host with their places', async () => {
    const variables = new Map<string, Value>([
      ['ansible_port', 'x'],
      ['ansible_become', 'x'],
    ])
    const originOf = (name: string): { file: string } => ({ file: `${name}.ini` })
    const errors = await errorsOf(Promise.resolve().then(() => connectionVars('n1', variables, { originOf })))
    expect(errors.map((error) => error.place?.file ?? '').sort(compareText)).toEqual([
      'ansible_become.ini',
      'ansible_port.ini',
    ])
  })

  it('knows which variables have no effect', () => {
    const names = [
      'ansible_python_interpreter',
      'ansible_ruby_interpreter',
      'ansible_host',
      'foo',
      'ansible_winrm_scheme',
    ]
    expect(ignoredVariables(names)).toEqual([
      'ansible_python_interpreter',
      'ansible_ruby_interpreter',
      'ansible_winrm_scheme',
    ])
  })
})
