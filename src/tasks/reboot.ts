import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { Script, sh } from '../shell/sh.ts'
import { defineTask, type Plan } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { replyWith } from '../world/script-reply.ts'
import { type Effect, effect, effectOnAll, type World } from '../world/world.ts'
import { int, name, text, texts } from './params.ts'
import { staleUnits } from './unit-task.ts'

/** In a container the boot id is the machine's; the first process tells one life from the next. */
const BOOT = new Script(String.raw`cat /proc/sys/kernel/random/boot_id
set -- $(sed 's/^.*) //' /proc/1/stat)
shift 19 && echo "$1"`)

interface Reboot {
  boot: ScriptAsk
  /** Of the program: its name or path, and the rest of the command line as shell text. */
  program: string
  rest: string
  searchPaths: readonly string[]
  before: number
  after: number
  timeout: number
  connectTimeout: number | undefined
  test: string
}

export default defineTask({
  name: 'reboot',
  aliases: ['ansible.builtin.reboot', 'ansible.legacy.reboot'],
  summary: 'Reboot a host and wait until it is back.',
  kind: () => 'action',
  params: z.strictObject({
    pre_reboot_delay: int.default(0).describe('Seconds until the reboot; whole minutes of it count.'),
    post_reboot_delay: int.default(0).describe('Seconds to wait behind it before the first attempt.'),
    reboot_timeout: int
      .default(600)
      .describe('Seconds until the host must be back, and again until test_command must succeed.'),
    connect_timeout: int.optional().describe('Seconds for one attempt to connect.'),
    test_command: name.default('whoami').describe('Command that says with status 0 that the host is ready.'),
    msg: text.default('Reboot initiated by Ansible').describe('What users who are logged in are told.'),
    boot_time_command: name
      .optional()
      .describe(
        'Command that prints something else after a reboot. Default: boot id and start of the first process.',
      ),
    reboot_command: name.optional().describe('Command instead of shutdown -r.'),
    search_paths: texts
      .pipe(z.array(z.string()))
      .default(['/sbin', '/bin', '/usr/sbin', '/usr/bin', '/usr/local/sbin'])
      .describe('Where the program is looked for, if it has no path.'),
  }),
  example: `
- name: Start with the new kernel
  reboot:
    reboot_timeout: 300
`,
  returns: { rebooted: 'Whether it was rebooted.', elapsed: 'Seconds it took.' },
  notes: [
    'What was asked before it is asked again; the lock of the run is taken again.',
    'In check mode what runs and what the kernel is set to is unknown behind it.',
    'The machine that hakube runs on is not rebooted.',
  ],
  prepare(params, controller): Reboot {
    if (controller.variable('ansible_connection') === 'local')
      throw new HakubeError('reboot: this would reboot the machine that hakube runs on', {
        code: 'wrong-parameter',
        hint: 'reach the host by SSH',
      })
    const { boot_time_command: boot, reboot_command: command, msg } = params
    const before = Math.max(0, params.pre_reboot_delay)
    const [, program = '', rest = ''] = /^(\S+) ?(.*)$/s.exec(command ?? 'shutdown') ?? []
    return {
      boot: {
        id: `boot ${boot ?? ''}`,
        text: boot === undefined ? BOOT : sh`sh -c ${boot}`,
      },
      program,
      rest: command === undefined ? sh`-r ${Math.floor(before / 60)} ${msg}`.text : rest,
      searchPaths: params.search_paths,
      before,
      after: Math.max(0, params.post_reboot_delay),
      timeout: params.reboot_timeout,
      connectTimeout: params.connect_timeout,
      test: params.test_command,
    }
  },
  asks: ({ boot }) => [{ kind: 'script', ask: boot }],
  plan: planReboot,
  result: () => ({ rebooted: true }),
  failure: (_task, output) => {
    const said = [output.stdout, output.stderr].map((bytes) => bytes.toString('utf8').trim())
    return `Reboot command failed. Error was: '${said.join(', ')}'`
  },
})

function planReboot(task: Reboot, world: World): Plan {
  const { code, stdout, stderr } = world.get('script', task.boot)
  if (code !== 0)
    return {
      status: 'fail',
      message: `the time of the boot cannot be told: ${stderr.toString('utf8').trim()}`,
    }
  // Trailing line feeds are what $(…) leaves out.
  const before = stdout.toString('utf8').replace(/\n+$/, '')
  const now = sh`hk_now=$( ${task.boot.text}
) && [ -n "$hk_now" ] && [ "$hk_now" != ${before} ]`
  return {
    status: 'change',
    summary: 'reboot and wait until it is back',
    diff: [],
    apply: rebootScript(task),
    timeout: 60,
    effects,
    result: { rebooted: true },
    absence: {
      gone: true,
      delay: task.after + Math.floor(task.before / 60) * 60,
      timeout: task.timeout,
      connectTimeout: task.connectTimeout,
      isBack: now,
      isReady: sh`sh -c ${task.test}`,
    },
  }
}

function rebootScript({ program, rest, searchPaths }: Reboot): Script {
  const found = program.startsWith('/')
    ? sh`hk_program=${program}`
    : sh`hk_program=
for hk_place in ${searchPaths}; do
  [ -x "$hk_place/"${program} ] && hk_program=$hk_place/${program} && break
done
[ -n "$hk_program" ] || { echo ${`there is no ${program} in ${searchPaths.join(', ')}`} >&2; exit 1; }`
  return sh`${found}
sh -c ${`"$0" ${rest}`} "$hk_program" </dev/null || exit`
}

/** Questions of modules about what does not outlive the kernel: mounts, packet filters, names, modules, SELinux. */
const OF_KERNEL =
  /^(?:mounts$|hostname$|iptables |module (?!files$)|selinux(?: (?!ports$)|$)|seboolean |firewalld )/

const effects: readonly Effect[] = [
  effectOnAll('unit', (before) =>
    before instanceof Unknown || !before.known ? before : new Unknown('what runs after the reboot'),
  ),
  effectOnAll('sysctl', () => new Unknown('what the kernel is set to after the reboot')),
  effectOnAll('port', () => new Unknown('what listens after the reboot')),
  effectOnAll('path', (before, key) =>
    /^\/(?:run|tmp|dev|proc|sys|var\/(?:run|lock))(?:\/|$)/.test(key)
      ? new Unknown(`whether ${key} is there after the reboot`)
      : before,
  ),
  effect('script', staleUnits.id, () => replyWith([])),
  effectOnAll('script', (before, key) =>
    OF_KERNEL.test(key) ? new Unknown('what the kernel is set to after the reboot') : before,
  ),
]
