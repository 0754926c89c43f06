import * as z from 'zod'
import { lines, nothing, Script, sh } from '../shell/sh.ts'
import { defineTask, type Diff, type Plan } from '../task.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { effect, type World, type WorldQuestion } from '../world/world.ts'
import { replyWith, SBIN, wordsOf } from '../world/script-reply.ts'
import { fileAt } from './file-at.ts'
import { editing, knownText } from './edited-file.ts'
import { fileFailure, fileQuestions, planFile } from './file-content.ts'
import { missing, missingTool } from './missing-tool.ts'
import { wrong } from './package-params.ts'
import { bool, name, oneOf, path } from './params.ts'
import { NOT_SHOWN } from './selinux-host.ts'

interface Wish {
  state: 'enforcing' | 'permissive' | 'disabled'
  policy: string | undefined
  file: string
  kernel: boolean
}

export default defineTask({
  name: 'selinux',
  aliases: ['ansible.posix.selinux'],
  summary: "SELinux' mode, now and after a boot, and its policy.",
  kind: () => 'state',
  params: z.strictObject({
    state: oneOf(['enforcing', 'permissive', 'disabled']).describe('The mode.'),
    policy: name.optional().describe('Name of the policy, such as targeted; needed unless disabled.'),
    configfile: path.default('/etc/selinux/config').describe("SELinux' configuration."),
    update_kernel_param: bool
      .default(false)
      .describe("Add selinux=0 to the kernel's command line, or take it away, with grubby."),
  }),
  paramAliases: { conf: 'configfile', file: 'configfile' },
  example: `
- name: SELinux enforces
  selinux:
    policy: targeted
    state: enforcing
`,
  returns: {
    reboot_required: 'Whether it counts only after a boot.',
    configfile: 'As asked for. Also policy and state.',
  },
  notes: [
    NOT_SHOWN,
    'disabled makes an enforcing host permissive at once, and counts from the next boot on; permissive and enforcing do on a host where SELinux is switched off.',
  ],
  prepare(params): Wish {
    const { state, policy, configfile, update_kernel_param } = params
    if (state !== 'disabled' && policy === undefined)
      throw wrong(`selinux: ${state} needs policy`, 'add policy: targeted')
    if (policy !== undefined && !/^[\w.-]+$/.test(policy))
      throw wrong(`selinux: ${JSON.stringify(policy)} is not the name of a policy`)
    return { state, policy, file: configfile, kernel: update_kernel_param }
  },
  asks: (wish): WorldQuestion[] => [
    { kind: 'script', ask: modeAsk(wish.kernel) },
    { kind: 'path', ask: { path: wish.file, follow: true, contentUnless: '' } },
    ...fileQuestions(fileAt(wish.file, Buffer.alloc(0))),
    ...(wish.policy === undefined
      ? []
      : [{ kind: 'path', ask: { path: `/etc/selinux/${wish.policy}/policy`, follow: true } } as const]),
  ],
  plan: (wish, world) => editing(() => plan(wish, world)),
  failure: (wish, output) => fileFailure(wish.file, output),
})

function plan(wish: Wish, world: World): Plan {
  const { state, file } = wish
  const ask = modeAsk(wish.kernel)
  const said = wordsOf(world.get('script', ask))
  const reply = world.get('path', { path: file, follow: true })
  if (!reply.exists)
    return missing(world, file, `there is no ${file}: this host has no SELinux`, 'leave the task out there')
  const { text: before, encode } = knownText(file, world)
  const policy = wish.policy ?? setting(before, 'SELINUXTYPE') ?? ''
  const changed = policy !== (setting(before, 'SELINUXTYPE') ?? '')
  if (changed && !world.get('path', { path: `/etc/selinux/${policy}/policy`, follow: true }).exists)
    return missing(
      world,
      `the policy ${policy}`,
      `there is no policy ${policy} in /etc/selinux`,
      'install its package',
    )
  const after = withSetting(changed ? withSetting(before, 'SELINUXTYPE', policy) : before, 'SELINUX', state)
  const written = after === before ? undefined : planFile(fileAt(file, encode(after)), world)
  if (written && written.status !== 'change' && written.status !== 'ok') return written
  const now = said.get('mode') ?? 'disabled'
  const live = now === 'disabled' ? now : state === 'disabled' ? 'permissive' : state
  const sets = live !== now
  const kernel = wish.kernel ? kernelChange(state !== 'disabled', said, world) : undefined
  if (kernel && 'status' in kernel) return kernel
  const result = { configfile: file, policy, state, reboot_required: state !== live }
  if (!sets && written?.status !== 'change' && !kernel)
    return { status: 'ok', reason: `SELinux is ${now}, and ${state} after a boot`, result }
  const diff: Diff[] = [
    ...(sets
      ? [{ type: 'fields' as const, subject: 'SELinux', fields: [{ name: 'now', before: now, after: live }] }]
      : []),
    ...(written?.status === 'change' ? written.diff : []),
    ...(kernel
      ? [{ type: 'fields' as const, subject: "kernel's command line", fields: [kernel.field] }]
      : []),
  ]
  return {
    status: 'change',
    summary: `set SELinux to ${state}`,
    diff,
    timeout: 300,
    apply: lines(
      SBIN,
      written?.status === 'change' ? written.apply : nothing,
      sets ? sh`setenforce ${live === 'enforcing' ? '1' : '0'} || exit 1` : nothing,
      kernel?.apply ?? nothing,
    ),
    effects: [
      ...(written?.status === 'change' ? written.effects : []),
      effect('script', ask.id, () =>
        replyWith([
          ...(live === 'disabled' ? [] : [`mode ${live}`]),
          ...(said.has('grubby') ? ['grubby yes'] : []),
          ...(wish.kernel ? [`kernels ${state === 'disabled' ? 'off' : 'on'}`] : []),
        ]),
      ),
    ],
    result,
  }
}

/** Whether all kernels of the boot loader have selinux=0, or none. */
function kernelChange(
  on: boolean,
  said: ReadonlyMap<string, string>,
  world: World,
): { field: { name: string; before: string; after: string }; apply: Script } | Plan | undefined {
  if (!said.has('grubby')) return missingTool(world, 'grubby', 'grubby')
  const is = said.get('kernels') ?? 'mixed'
  if (is === (on ? 'on' : 'off')) return undefined
  const words = ['--update-kernel=ALL', on ? '--remove-args' : '--args', 'selinux=0']
  return {
    field: { name: 'SELinux', before: is, after: on ? 'on' : 'off' },
    apply: sh`grubby ${words} || exit 1`,
  }
}

export function modeAsk(kernel: boolean): ScriptAsk {
  const look = new Script(`${SBIN.text}
if [ -e /sys/fs/selinux/enforce ]; then
  # The kernel ends it without a newline, and so read does not end with 0.
  read -r enforce </sys/fs/selinux/enforce || :
  case $enforce in 1*) echo mode enforcing ;; *) echo mode permissive ;; esac
fi`)
  const kernels = new Script(`if command -v grubby >/dev/null 2>&1; then
  echo grubby yes
  args=$(grubby --info=ALL 2>/dev/null | grep '^args=')
  off=$(printf '%s\\n' "$args" | grep -c '[" ]selinux=0[" ]')
  all=$(printf '%s\\n' "$args" | grep -c '^args=')
  if [ "$off" = 0 ]; then echo kernels on
  elif [ "$off" = "$all" ]; then echo kernels off
  else echo kernels mixed; fi
fi`)
  return {
    id: `selinux ${kernel ? 'and kernels' : ''}`,
    changes: true,
    text: kernel ? lines(look, kernels) : look,
  }
}

function setting(text: string, key: string): string | undefined {
  return new RegExp(String.raw`^${key}=(.*)$`, 'm').exec(text)?.[1]?.trim()
}

function withSetting(text: string, key: string, value: string): string {
  if (setting(text, key) === value) return text
  const line = new RegExp(String.raw`^${key}=.*$`, 'gm')
  if (line.test(text)) return text.replaceAll(line, () => `${key}=${value}`)
  return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${key}=${value}\n`
}
