import * as z from 'zod'
import { defineTask, type Plan, type Result } from '../task.ts'
import { wrong } from './package-params.ts'
import { int, name, oneOf, path, text, texts } from './params.ts'
import { posixRegex } from './posix-regex.ts'
import { CONNECTION_STATES, drained } from './wait-drained.ts'
import { NO_TOOL, TIMED_OUT, type Wait, waitScript } from './wait-script.ts'

export default defineTask({
  name: 'wait_for',
  aliases: ['ansible.builtin.wait_for', 'ansible.legacy.wait_for'],
  summary: 'Wait for a port, its last connection, a file, a line in a file, or only for a time.',
  kind: () => 'wait',
  params: z.strictObject({
    host: name.default('127.0.0.1').describe('Where the port is, as the host itself sees it.'),
    port: int.optional().describe('TCP port to look at.'),
    path: path.optional().describe('File to look at, instead of a port.'),
    state: oneOf(['started', 'present', 'stopped', 'absent', 'drained'])
      .default('started')
      .describe(
        'started, present: open, or there. stopped, absent: closed, or gone. drained: nobody is connected to the port.',
      ),
    exclude_hosts: texts
      .optional()
      .describe('For drained: addresses elsewhere whose connections do not count.'),
    active_connection_states: texts
      .default(Object.keys(CONNECTION_STATES))
      .describe('For drained: the states in which a connection counts.'),
    search_regex: text.optional().describe('Wait until a line of `path` matches (absent: until none does).'),
    timeout: int
      .default(300)
      .describe('Seconds until the task fails. Without port and path, how long to wait.'),
    connect_timeout: int.default(5).describe('Seconds for one attempt to connect.'),
    delay: int.default(0).describe('Seconds before the first look.'),
    sleep: int.default(1).describe('Seconds between two looks.'),
    msg: text.optional().describe('Message of the failure, instead of the usual one.'),
  }),
  beyond: true,
  example: `- name: Wait until the API server answers
  wait_for:
    host: 10.0.0.11
    port: 6443
    timeout: 60
`,
  returns: {
    elapsed: 'Seconds it took.',
    match_groups: 'Always empty: the host only tells whether a line matches.',
  },
  notes: [
    'A port on the host itself counts as open when something listens on it; one elsewhere is connected to, with bash, nc, curl, socat or perl, whichever is there.',
    '`search_regex` is matched line by line with grep -E. A search in what a port sends is not supported.',
    '`drained` looks at the sockets of the host, for the address `host`; with 0.0.0.0 or :: for all of them. Clients of IPv4 on a socket of IPv6 count, which Ansible overlooks. Names are not looked up.',
  ],
  prepare(params): Wait {
    const { port, path, state, search_regex: regex } = params
    if (port !== undefined && path !== undefined) throw wrong('wait_for: port and path exclude each other')
    if (regex !== undefined && path === undefined) {
      throw wrong('wait_for: search_regex needs a path', 'a search in what a port sends is not supported')
    }
    if (port !== undefined && (port < 1 || port > 65_535)) throw wrong(`wait_for: ${port} is not a port`)
    const wanted = state === 'started' || state === 'present'
    const { timeout, delay, sleep, connect_timeout: connectTimeout, msg } = params
    if (timeout < 0 || delay < 0 || sleep < 0 || connectTimeout < 1)
      throw wrong('wait_for: a time is negative')
    const times = { timeout, delay, sleep, connectTimeout, msg }
    if (state === 'drained') {
      if (port === undefined) throw wrong('wait_for: state: drained needs a port')
      return { what: drained(params, port), shown: `${params.host}:${port} to drain`, ...times }
    }
    if (params.exclude_hosts !== undefined) throw wrong('wait_for: exclude_hosts belongs to state: drained')
    if (port !== undefined) {
      const shown = `${params.host}:${port}${wanted ? '' : ' to stop'}`
      return { what: { type: 'port', host: params.host, port, open: wanted }, shown, ...times }
    }
    if (path === undefined) return { what: undefined, shown: `${timeout} seconds`, ...times }
    const posix = regex === undefined ? undefined : posixRegex(regex)
    const file = regex === undefined ? `file ${path}` : `search string ${regex} in ${path}`
    return {
      what: { type: 'path', path, present: wanted, regex: posix },
      shown: wanted ? file : `${file} to be absent`,
      ...times,
    }
  },
  asks: () => [],
  plan(wait): Plan {
    return {
      status: 'change',
      summary: `wait for ${wait.shown}`,
      diff: [],
      apply: waitScript(wait),
      timeout: wait.timeout + wait.delay + wait.sleep + wait.connectTimeout + 30,
      effects: [],
      // Something else does what it waits for.
      openEnded: true,
      counts: false,
    }
  },
  result(wait, output): Result {
    const elapsed = /^elapsed=(\d+)$/m.exec(output.stdout.toString('latin1'))?.[1]
    return {
      elapsed: Number(elapsed ?? 0),
      match_groups: [],
      match_groupdict: new Map(),
      ...((wait.what?.type === 'port' || wait.what?.type === 'drained') && { port: wait.what.port }),
      ...(wait.what?.type === 'path' && { path: wait.what.path }),
    }
  },
  failure(wait, output): string {
    if (output.code === TIMED_OUT) return wait.msg ?? `Timeout when waiting for ${wait.shown}`
    if (output.code === NO_TOOL)
      return `nothing on this host can connect to ${wait.shown}: install bash, nc, curl, socat or perl`
    return output.stderr.toString('utf8').trim().split('\n').at(-1) ?? ''
  },
})
