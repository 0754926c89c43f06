import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { hakubeIn } from '../cli/support.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hakube-export-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** What an export prints for three control-plane nodes that nobody can reach. */
async function exported(args: readonly string[], vars: string, groups = '') {
  const hosts = ['m1', 'm2', 'm3'].map((name) => `${name} ansible_host=192.0.2.1`).join('\n')
  writeFileSync(join(folder, 'hosts.ini'), `[control_plane]\n${hosts}\n${groups}\n[all:vars]\n${vars}\n`)
  const said = await hakubeIn(folder, ['export', ...args, '-i', join(folder, 'hosts.ini')])
  return { ...said, text: said.out.toString() }
}

describe('export kubespray', () => {
  it('has a name only where one is given', async () => {
    const { code, text, err } = await exported(['kubespray'], 'ha_vip=10.0.0.10')
    expect(code, err).toBe(0)
    expect(parse(text)).toEqual({ loadbalancer_apiserver: { address: '10.0.0.10', port: 8443 } })
    const named = await exported(['kubespray', '--name', 'api.example.com'], 'ha_vip=10.0.0.10')
    expect(parse(named.text)).toEqual({
      apiserver_loadbalancer_domain_name: 'api.example.com',
      loadbalancer_apiserver: { address: '10.0.0.10', port: 8443 },
      supplementary_addresses_in_ssl_keys: ['api.example.com'],
    })
  })

  it('has the defaults of a dedicated pair, other ports and further addresses', async () => {
    const vars = 'ha_vip=10.0.0.10,10.0.0.11\nha_apiserver_port=7443'
    const { text } = await exported(['kubespray'], vars, '[loadbalancers]\nlb1\nlb2\n')
    expect(parse(text)).toEqual({
      loadbalancer_apiserver: { address: '10.0.0.10', port: 6443 },
      kube_apiserver_port: 7443,
      supplementary_addresses_in_ssl_keys: ['10.0.0.11'],
    })
  })
})

describe('export kubeadm', () => {
  it('has endpoint and names of the certificates', async () => {
    const { text } = await exported(['kubeadm'], 'ha_vip=fd00::10')
    expect(parse(text)).toEqual({
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      kind: 'ClusterConfiguration',
      controlPlaneEndpoint: '[fd00::10]:8443',
      apiServer: { certSANs: ['fd00::10'] },
    })
  })

  it('has a second document where the API servers have another port', async () => {
    const args = ['kubeadm', '--name', 'api.example.com', '--config-version', 'v1beta3']
    const { text } = await exported(args, 'ha_vip=10.0.0.10\nha_apiserver_port=7443')
    const [cluster, init] = parseAllDocuments(text).map((document) => document.toJSON())
    expect(cluster).toMatchObject({
      controlPlaneEndpoint: 'api.example.com:8443',
      apiServer: { certSANs: ['api.example.com', '10.0.0.10'] },
    })
    expect(init).toEqual({
      apiVersion: 'kubeadm.k8s.io/v1beta3',
      kind: 'InitConfiguration',
      localAPIEndpoint: { bindPort: 7443 },
    })
  })
})

it.each([
  [['kubeadm'], 'ha_port=8443', /ha_vip is not set/],
  [['kubeadm'], 'ha_vip=10.0.0.10\nha_prot=1', /no variable ha_prot/],
  [['kubeadm'], 'ha_vip=10.0.0.10\nha_port=6443', /ha_port is 6443, the port of the API server/],
  [
    ['kubeadm'],
    'ha_vip=10.0.0.10\nha_failover=fast\nha_auth_pass=x',
    /ha_failover is fast, and ha_auth_pass/,
  ],
  [['kubespray', '--name', 'https://x'], 'ha_vip=10.0.0.10', /is no host name/],
])('refuses bad input with 1: %j, %s', async (args, vars, words) => {
  const { code, err, text } = await exported(args, vars)
  expect(code).toBe(1)
  expect(text).toBe('')
  expect(err).toMatch(words)
})

describe('an inventory with several clusters', () => {
  const clusters = join(import.meta.dirname, '../../examples/clusters.ini')
  const cluster = (...args: string[]) => hakubeIn(folder, ['export', ...args, '-i', clusters])

  it('exports the one that is named', async () => {
    const test = await cluster('kubespray', '--cluster', 'test')
    expect(test.code, test.err).toBe(0)
    expect(parse(test.out.toString())).toMatchObject({ loadbalancer_apiserver: { address: '192.168.1.218' } })
    const production = await cluster('kubeadm', '--cluster', 'production')
    expect(production.out.toString()).toContain('controlPlaneEndpoint: 192.168.1.198:8443')
  })

  it.each([
    [[], /several clusters: production, test/, /--cluster production/],
    [['--cluster', 'tset'], /no cluster tset/, /did you mean test\?/],
    [['--cluster', 'elsewhere'], /no cluster elsewhere/, /there are production, test/],
  ])('takes no guess: %j', async (args, words, hint) => {
    for (const format of ['kubespray', 'kubeadm', 'kubeconfig']) {
      const { code, err, out } = await cluster(format, ...args)
      expect(code).toBe(1)
      expect(out.toString()).toBe('')
      expect(err).toMatch(words)
      expect(err).toMatch(hint)
    }
  })

  it('does not take --cluster where there is none', async () => {
    const { code, err } = await exported(['kubespray', '--cluster', 'test'], 'ha_vip=10.0.0.10')
    expect(code).toBe(1)
    expect(err).toMatch(/does not use ha_cluster/)
  })
})
