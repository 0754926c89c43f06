import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import {
  bindingsByPort,
  csv,
  nanoseconds,
  podmanVolumeOf,
  portBindings,
  readEnvFile,
  volumeOf,
} from '../../src/tasks/container-words.ts'
import { handOver } from '../../src/tasks/container-env.ts'

test.each([
  ['80', [{ port: '80/tcp', ip: undefined, hostPort: '' }]],
  ['8080:80', [{ port: '80/tcp', ip: undefined, hostPort: '8080' }]],
  ['127.0.0.1:53:53/udp', [{ port: '53/udp', ip: '127.0.0.1', hostPort: '53' }]],
  ['127.0.0.1::80', [{ port: '80/tcp', ip: '127.0.0.1', hostPort: '' }]],
  ['[fd00::1]:80:80', [{ port: '80/tcp', ip: 'fd00::1', hostPort: '80' }]],
  ['8000-8010:80', [{ port: '80/tcp', ip: undefined, hostPort: '8000-8010' }]],
  [
    '7000-7001:9000-9003',
    [
      { port: '9000/tcp', ip: undefined, hostPort: '7000' },
      { port: '9001/tcp', ip: undefined, hostPort: '7001' },
    ],
  ],
])('port %s', (given, expected) => {
  expect(portBindings(given)).toEqual(expected)
})

test.each(['example.org:80:80', '80-70', 'a', '1:2:3:4', '70000', ''])('%j is no port', (given) => {
  expect(() => portBindings(given)).toThrow(/no port/)
})

test('bindings are sorted by what they say, not by how they were written', () => {
  const one = [...portBindings('8081:80'), ...portBindings('127.0.0.1:8080:80')]
  expect(bindingsByPort(one, '0.0.0.0')).toEqual(bindingsByPort(one.toReversed(), '0.0.0.0'))
  expect(bindingsByPort(one, '0.0.0.0')).toEqual({
    '80/tcp': [
      { HostIp: '0.0.0.0', HostPort: '8081' },
      { HostIp: '127.0.0.1', HostPort: '8080' },
    ],
  })
})

test.each([
  ['/data', { source: undefined, target: '/data', mode: 'rw' }],
  ['/a:/b', { source: '/a', target: '/b', mode: 'rw' }],
  ['name:/b:ro,z', { source: 'name', target: '/b', mode: 'ro,z' }],
  ['/a:/b:z,rshared', { source: '/a', target: '/b', mode: 'z,rshared' }],
])('volume %s', (given, expected) => {
  expect(volumeOf(given)).toEqual(expected)
})

test('podman has more modes of a volume than docker', () => {
  for (const mode of ['U', 'O,upperdir=/u', 'noexec,nodev,nosuid', 'rbind', 'idmap=uids=0-1-10', 'copy']) {
    expect(podmanVolumeOf(`/a:/b:${mode}`)).toEqual({ source: '/a', target: '/b', mode })
    expect(() => volumeOf(`/a:/b:${mode}`)).toThrow('no mode')
  }
  expect(() => podmanVolumeOf('/a:/b:rx')).toThrow('no mode')
})

test.each([
  ['./a:/b', 'not an absolute path'],
  ['~/a:/b:ro', 'not an absolute path'],
  ['/a:/b:/c', 'no mode'],
  ['/a:/b:rx', 'no mode'],
  ['/a:/b:ro:x', 'no volume'],
])('volume %s is refused', (given, message) => {
  expect(() => volumeOf(given)).toThrow(message)
})

test('durations', () => {
  expect(nanoseconds('x', '1h2m3s4ms5us')).toBe(3_723_004_005_000)
  expect(nanoseconds('x', '500ms')).toBe(500_000_000)
  for (const wrong of ['', '5', '1d', '1s1']) expect(() => nanoseconds('x', wrong)).toThrow(/no duration/)
})

test('the file of variables', () => {
  expect(readEnvFile('/f', '# no\nA=b=c\n\n  B= x \r\n')).toEqual([
    ['A', 'b=c'],
    ['B', ' x'],
  ])
  // A line without a = may well be a secret.
  expect(() => readEnvFile('/f', '# one\nA=b\nAPI_TOKEN hunter2\n')).toThrow('/f:3: no NAME=value')
})

test('fields with commas and quotes', () => {
  expect(csv(['a=b', 'c="d",e'])).toBe('a=b,"c=""d"",e"')
})

test('variables are on no command line, unless the shell or the program would take them for its own', () => {
  const { before, flags } = handOver([
    ['SECRET', "it's"],
    ['PATH', '/bin'],
    ['my.var', 'x'],
    ['https_proxy', 'http://p'],
    ['DOCKER_HOST', 'y'],
  ])
  expect(before.text).toContain(`SECRET='it'\\''s'; export SECRET`)
  expect(flags).toEqual([
    '--env=SECRET',
    '--env=PATH=/bin',
    '--env=my.var=x',
    '--env=https_proxy=http://p',
    '--env=DOCKER_HOST=y',
  ])
})

test.each(
  'LDAP_BIND_PASSWORD GOOGLE_CLIENT_SECRET GODADDY_TOKEN SSHKEY SSH_PRIVATE_KEY STORAGE_SECRET_KEY REGISTRY_HTTP_SECRET DOCKER_INFLUXDB_INIT_PASSWORD XDGKEY LCD_TOKEN BASHKEY HISTORY_DB_PASSWORD LISTEN_TOKEN OTEL_EXPORTER_OTLP_HEADERS USER_PASSWORD CONTAINERKEY hkey SSL_KEY'.split(
    ' ',
  ),
)('%s is nobody else’s, and on no command line', (name) => {
  expect(handOver([[name, 'hunter2']]).flags).toEqual([`--env=${name}`])
})

test.each(
  'DOCKER_HOST DOCKER_CONFIG DOCKER_CONTENT_TRUST_SERVER DOCKER_TLS_VERIFY DOCKER_CLI_HINTS CONTAINER_HOST CONTAINERS_CONF REGISTRY_AUTH_FILE STORAGE_DRIVER LD_PRELOAD LC_ALL GODEBUG GOMAXPROCS SSH_AUTH_SOCK SSL_CERT_FILE XDG_RUNTIME_DIR BASH_ENV HTTP_PROXY no_proxy hk_name _ EPOCHSECONDS SHLVL'.split(
    ' ',
  ),
)('%s means something to a program or a shell', (name) => {
  expect(handOver([[name, 'x']]).flags).toEqual([`--env=${name}=x`])
})

test.each([['dash'], ['bash'], ['busybox', 'sh']])(
  'what a shell hands over arrives as it was: %s',
  (...shell) => {
    const [program = 'sh', ...args] = shell
    const own = spawnSync('bash', ['-c', 'compgen -v']).stdout.toString().trim().split('\n')
    const names = [...own, 'EPOCHSECONDS', 'SRANDOM', 'RANDOM', 'SECRET', 'OPTIND', 'UID', 'BASHPID']
    const { before, flags } = handOver(names.map((name) => [name, "it's\n7"]))
    const quiet = flags.flatMap((flag) => /^--env=(\w+)$/.exec(flag)?.[1] ?? [])
    expect(quiet).toContain('SECRET')
    const told = quiet.map((name) => `printf '%s|' "$(printenv ${name})"`).join('\n')
    const { stdout } = spawnSync(program, [...args, '-c', `${before.text}\n${told}`])
    expect(stdout.toString()).toBe("it's\n7|".repeat(quiet.length))
  },
)
