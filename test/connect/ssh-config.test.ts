import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { expandHome, resolveSettings } from '../../src/connect/ssh-config.ts'
import type { Target } from '../../src/connect/target.ts'

let dir: string
const path = process.env['PATH']
const agent = process.env['SSH_AUTH_SOCK']
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'hakube-test-'))
  writeFileSync(
    join(dir, 'config'),
    `Host web
  HostName 10.0.0.5
  User carol
  Port 2200
  IdentityFile ~/.ssh/web_%h
  ProxyJump bastion
  ServerAliveInterval 5
  HashKnownHosts yes
  HostKeyAlias web-alias
Host off
  StrictHostKeyChecking off
Host new
  StrictHostKeyChecking accept-new
Host cmd
  ProxyCommand nc %h %p
  IdentityAgent none
  AddressFamily inet6
  PasswordAuthentication no
Host bound
  BindAddress 127.0.0.2
  CertificateFile ~/.ssh/cert
  RemoteCommand none
Host revoked
  RevokedHostKeys /etc/ssh/revoked
Match originalhost deep exec "test -n 'yes'"
  Include ${join(dir, 'included')}
`,
  )
  writeFileSync(join(dir, 'included'), 'User frank\nProxyJump hop1,ops@hop2:2200\nIdentitiesOnly yes\n')
})
afterEach(() => {
  process.env['PATH'] = path
  if (agent === undefined) delete process.env['SSH_AUTH_SOCK']
  else process.env['SSH_AUTH_SOCK'] = agent
})
afterAll(() => rmSync(dir, { recursive: true }))

function resolve(address: string, more: Partial<Target> = {}, args = '') {
  return resolveSettings({
    name: 'm1',
    address,
    connection: 'ssh',
    sshCommonArgs: `-F ${join(dir, 'config')} ${args}`,
    ...more,
  })
}

describe('the settings of a host', () => {
  it('come from the configuration file', async () => {
    expect(await resolve('web')).toMatchObject({
      hostname: '10.0.0.5',
      user: 'carol',
      port: 2200,
      identityFiles: [expandHome('~/.ssh/web_10.0.0.5')],
      proxyJump: 'bastion',
      proxyCommand: undefined,
      aliveInterval: 5,
      aliveCount: 3,
      hashKnownHosts: true,
      hostKeyAlias: 'web-alias',
      checking: 'strict',
      connectTimeout: 10,
    })
  })

  it('are beaten by arguments, and those by the inventory', async () => {
    const args = '-o Port=3300 -o User=dave -o ProxyJump=none -o ConnectTimeout=4'
    expect(await resolve('web', { port: 4400 }, args)).toMatchObject({
      port: 4400,
      user: 'dave',
      proxyJump: undefined,
      connectTimeout: 4,
    })
    expect(await resolve('web', { user: 'erin', timeout: 7 }, args)).toMatchObject({
      port: 3300,
      user: 'erin',
      connectTimeout: 7,
    })
  })

  it('have defaults', async () => {
    process.env['SSH_AUTH_SOCK'] = '/agent'
    expect(await resolve('10.0.0.9', { keyFile: '~/k' })).toMatchObject({
      hostname: '10.0.0.9',
      user: userInfo().username,
      port: 22,
      keyFile: expandHome('~/k'),
      aliveInterval: 15,
      agent: '/agent',
      addKeysTo: expandHome('~/.ssh/known_hosts'),
      knownHostsFiles: expect.arrayContaining([expandHome('~/.ssh/known_hosts'), '/etc/ssh/ssh_known_hosts']),
      methods: { publickey: true, password: true, keyboard: true },
    })
  })

  it('are about proxy commands, agents and address families', async () => {
    process.env['SSH_AUTH_SOCK'] = '/agent'
    expect(await resolve('cmd')).toMatchObject({
      proxyCommand: 'nc %h %p',
      agent: undefined,
      addressFamily: 6,
      methods: { password: false },
    })
  })

  it('come through Match and Include as ssh sees them', async () => {
    expect(await resolve('deep')).toMatchObject({
      user: 'frank',
      proxyJump: 'hop1,ops@hop2:2200',
      identitiesOnly: true,
    })
    expect(await resolve('deep', {}, '-o "ProxyCommand=nc %h %p"')).toMatchObject({
      proxyJump: undefined,
      proxyCommand: 'nc %h %p',
    })
  })

  it('name what they do not do', async () => {
    expect(await resolve('bound')).toMatchObject({
      bindAddress: '127.0.0.2',
      warnings: ['m1: CertificateFile of the SSH configuration has no effect'],
    })
    await expect(resolve('revoked')).rejects.toMatchObject({
      code: 'unsupported-ssh-option',
      exitCode: 1,
      message: 'the SSH configuration of m1 sets RevokedHostKeys, which is not supported',
      hint: expect.stringContaining('@revoked'),
    })
  })

  it.each<[string, Partial<Target>, string, string, string]>([
    ['web', {}, '', 'strict', ''],
    ['new', {}, '', 'accept-new', ''],
    ['off', {}, '', 'no', 'StrictHostKeyChecking=no in CONFIG:11'],
    ['web', {}, '-o StrictHostKeyChecking=no', 'no', 'StrictHostKeyChecking=no in the SSH arguments of m1'],
    ['off', { hostKeyChecking: 'strict' }, '', 'strict', '--host-key-checking'],
    ['web', { hostKeyChecking: 'no', hostKeyCheckingFrom: 'ansible.cfg:3' }, '', 'no', 'ansible.cfg:3'],
  ])('say how to check the key of %s (%j, %j)', async (address, more, args, checking, from) => {
    const found = await resolve(address, more, args)
    expect([found.checking, found.checkingFrom.replace(join(dir, 'config'), 'CONFIG')]).toEqual([
      checking,
      from,
    ])
  })

  it('keep no keys in /dev/null', async () => {
    const { addKeysTo, knownHostsFiles } = await resolve('web', {}, '-o UserKnownHostsFile=/dev/null')
    expect([addKeysTo, knownHostsFiles[0]]).toEqual([undefined, '/dev/null'])
  })

  it('come from the inventory alone where there is no ssh', async () => {
    process.env['PATH'] = dir
    expect(await resolve('web', { user: 'erin' }, '-J hop -o Port=9')).toMatchObject({
      hostname: 'web',
      user: 'erin',
      port: 9,
      proxyJump: 'hop',
      checking: 'strict',
      identityFiles: ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'].map(expandHome),
    })
  })

  it('repeat what ssh does not like', async () => {
    writeFileSync(join(dir, 'broken'), 'NoSuchOption yes\n')
    await expect(resolve('web', { sshCommonArgs: `-F ${join(dir, 'broken')}` })).rejects.toMatchObject({
      code: 'bad-ssh-config',
      exitCode: 1,
      message: expect.stringContaining('Bad configuration option: nosuchoption'),
    })
  })

  it('do not take an address for an option', async () => {
    await expect(resolve('-oProxyCommand=touch /tmp/hakube-test-x')).rejects.toMatchObject({
      code: 'bad-ssh-config',
    })
  })
})
