import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lab } from '../lab/lab.ts'

const golden = new URL('../ha/golden/', import.meta.url)
const text = (file: string) => readFileSync(new URL(file, golden), 'utf8')
const files = (suffix: string) => readdirSync(golden).filter((file) => file.endsWith(suffix))

const FAMILIES = [
  { host: 'lb1', install: 'dnf install -y haproxy keepalived' },
  { host: 'd3', install: 'apt-get install -y haproxy keepalived' },
]

/** Every golden configuration, judged by the daemons that are to read it. */
describe.each(FAMILIES)('on $host', ({ host, install }) => {
  const put = async (path: string, content: string, mode: string) => {
    const script = `cat > "$1" && chmod ${mode} "$1"`
    const { code, stderr } = await lab.exec(host, ['sh', '-c', script, 'sh', path], { input: content })
    expect(code, stderr).toBe(0)
  }

  beforeAll(async () => {
    await lab.reset([host])
    await lab.sh(host, `${install} && mkdir -p /usr/libexec/keepalived`)
    await put('/usr/libexec/keepalived/hakube-check', text('hakube-check.sh'), '755')
  })
  afterAll(() => lab.reset([host]))

  it.each(files('.haproxy.cfg'))('haproxy accepts %s', async (file) => {
    await put('/tmp/it.cfg', text(file), '640')
    const { code, stdout, stderr } = await lab.exec(host, ['/usr/sbin/haproxy', '-c', '-f', '/tmp/it.cfg'])
    expect({ code, warnings: /WARNING|ALERT/.test(stdout + stderr) }, stdout + stderr).toEqual({
      code: 0,
      warnings: false,
    })
  })

  it.each(files('.keepalived.conf'))('keepalived accepts %s', async (file) => {
    await put('/tmp/it.conf', text(file).replaceAll('ens3', 'eth0'), '640')
    const { code, stdout, stderr } = await lab.exec(host, [
      '/usr/sbin/keepalived',
      '-t',
      '-f',
      '/tmp/it.conf',
    ])
    expect({ code, said: stdout + stderr }).toEqual({ code: 0, said: '' })
  })

  it.each([
    ['an unknown keyword', (config: string) => config.replace('    nopreempt', '    nopremt')],
    ['a check that is not there', (config: string) => config.replaceAll('hakube-check ', 'hakube-chekc ')],
    [
      'a VRID out of range',
      (config: string) => config.replace(/virtual_router_id \d+/, 'virtual_router_id 256'),
    ],
  ])('keepalived refuses %s', async (_what, spoil) => {
    await put('/tmp/it.conf', spoil(text('stacked.keepalived.conf')), '640')
    const { code } = await lab.exec(host, ['/usr/sbin/keepalived', '-t', '-f', '/tmp/it.conf'])
    expect(code).not.toBe(0)
  })

  it('the check fails while haproxy does not run', async () => {
    const words = ['http', '127.0.0.1', '8404', '/alive', '8443']
    const { code, stderr } = await lab.exec(host, ['/usr/libexec/keepalived/hakube-check', ...words])
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'nothing listens on port 8404\n' })
  })
})
