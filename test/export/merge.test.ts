import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { readAdminConf, renamed } from '../../src/export/admin-conf.ts'
import { merge, NameClash } from '../../src/export/merge.ts'
import { ADMIN_CONF, SECRETS, SERVER } from './fixtures.ts'

const admin = readAdminConf(ADMIN_CONF, 'admin.conf', SERVER)
const file = '~/.kube/config'

const OTHERS = `# my clusters
apiVersion: v1
kind: Config
current-context: home
clusters:
- name: home # in the cellar
  cluster: {server: "https://192.168.1.1:6443"}
- name: kubernetes
  cluster: {server: "https://172.16.0.1:6443"}
contexts:
- name: home
  context: {cluster: home, user: me}
users:
- name: me
  user: {token: abc}
`

function thrown(call: () => unknown): HakubeError {
  try {
    call()
  } catch (error) {
    if (error instanceof HakubeError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('readAdminConf', () => {
  it('takes the current context with another server', () => {
    expect(admin).toMatchObject({
      context: 'kubernetes-admin@kubernetes',
      clusterName: 'kubernetes',
      userName: 'kubernetes-admin',
      cluster: { server: SERVER, 'certificate-authority-data': SECRETS[0] },
    })
  })

  it.each([
    ['no YAML', ADMIN_CONF.replace('kind:', '"kind'), /is no YAML/],
    ['something else', '[1, 2]', /no kubeconfig/],
    [
      'a context that is not there',
      ADMIN_CONF.replace('current-context: k', 'current-context: x'),
      /current context/,
    ],
    ['files of the host', ADMIN_CONF.replace('client-key-data: U', 'client-key: /var/lib/U'), /client-key\)/],
  ])('refuses %s without showing any of it', (_what, text, words) => {
    const error = thrown(() => readAdminConf(text, 'admin.conf', SERVER))
    expect(error.message).toMatch(words)
    for (const secret of SECRETS)
      expect(JSON.stringify([error.message, error.hint, error.place])).not.toContain(secret)
  })
})

describe('merge', () => {
  it('makes a file that is not there', () => {
    const { text, isCurrent } = merge(undefined, admin, { file })
    expect(isCurrent).toBe(true)
    expect(parse(text)).toEqual({ ...parse(ADMIN_CONF.replace('https://10.88.0.21:6443', SERVER)) })
    expect(text).toMatch(/^clusters:\n {2}- name: kubernetes\n/m)
  })

  it.each([
    '',
    '\n',
    'apiVersion: v1\nkind: Config\nclusters: null\ncontexts: []\nusers: null\ncurrent-context: ""\n',
  ])('fills an empty one: %j', (before) => {
    const { text, isCurrent } = merge(before, admin, { file })
    expect(isCurrent).toBe(true)
    expect(parse(text)).toMatchObject({
      'current-context': admin.context,
      users: [{ name: 'kubernetes-admin' }],
    })
  })

  it('changes nothing the second time', () => {
    const first = merge(undefined, admin, { file })
    expect(merge(first.text, admin, { file })).toEqual({ text: first.text, same: true, isCurrent: false })
  })

  it('keeps what is there, with comments and current context', () => {
    const { text, isCurrent } = merge(OTHERS, renamed(admin, 'work'), { file })
    expect(isCurrent).toBe(false)
    expect(text).toContain('# my clusters')
    expect(text).toContain('# in the cellar')
    const after = parse(text)
    expect(after).toMatchObject({
      'current-context': 'home',
      clusters: [
        { name: 'home' },
        { name: 'kubernetes', cluster: { server: 'https://172.16.0.1:6443' } },
        { name: 'work', cluster: { server: SERVER } },
      ],
      contexts: [{ name: 'home' }, { name: 'work', context: { cluster: 'work', user: 'work-admin' } }],
      users: [{ name: 'me', user: { token: 'abc' } }, { name: 'work-admin' }],
    })
  })

  it('refuses a name that means something else, and names it', () => {
    const error = thrown(() => merge(OTHERS, admin, { file }))
    expect(error).toBeInstanceOf(NameClash)
    expect(error.message).toBe('~/.kube/config has cluster kubernetes already, and it is another one')
    expect(error.hint).toMatch(/--context-name/)
  })

  it('replaces it where that is wanted', () => {
    const { text } = merge(OTHERS, admin, { file, replace: true })
    expect(parse(text).clusters).toHaveLength(2)
    expect(parse(text).clusters[1]).toMatchObject({ name: 'kubernetes', cluster: { server: SERVER } })
  })

  it('does not fold long lines', () => {
    const long = `token: ${'words and '.repeat(60)}words`
    const before = OTHERS.replace('{token: abc}', `\n    ${long}`)
    expect(merge(before, renamed(admin, 'work'), { file }).text).toContain(long)
  })

  it.each([
    ['a: [', /no YAML \(line 1\)/],
    ['- 1', /no kubeconfig/],
    ['kind: Config\nclusters: 7', /clusters is no list/],
  ])('leaves a file alone that is no kubeconfig: %j', (before, words) => {
    expect(thrown(() => merge(before, admin, { file })).message).toMatch(words)
  })
})
