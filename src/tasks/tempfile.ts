import * as z from 'zod'
import { Script, sh } from '../shell/sh.ts'
import { defineTask, type Plan } from '../task.ts'
import { wrong } from './package-params.ts'
import { oneOf, path, text } from './params.ts'

export default defineTask({
  name: 'tempfile',
  aliases: ['ansible.builtin.tempfile', 'ansible.legacy.tempfile'],
  summary: 'Make a file or directory with a name of its own, for a while.',
  kind: () => 'action',
  params: z.strictObject({
    state: oneOf(['file', 'directory']).default('file').describe('What to make.'),
    path: path.optional().describe("Directory to make it in; the host's own for such files by default."),
    prefix: text.default('ansible.').describe('What the name begins with.'),
    suffix: text.default('').describe('What the name ends with.'),
  }),
  example: `
- name: Have a place to build in
  tempfile:
    state: directory
    suffix: .build
  register: build
`,
  returns: {
    path: 'what was made',
    'mode, owner, group, uid, gid, size, state': 'as of file',
  },
  notes: ['Nothing removes it: write a file task with state: absent.'],
  prepare({ prefix, suffix, ...params }) {
    if (`${prefix}${suffix}`.includes('/'))
      throw wrong('tempfile: prefix and suffix are parts of a name, without /')
    return { prefix, suffix, ...params }
  },
  asks: () => [],
  plan({ state, path: directory, prefix, suffix }): Plan {
    const place = directory === undefined ? new Script('"${TMPDIR:-/tmp}"') : sh`${directory}`
    // mktemp of busybox knows no suffix, so it only finds a name; what makes it refuses what is there already.
    const make = state === 'directory' ? sh`mkdir -m 0700 "$hk_new"` : sh`(umask 077; set -C; : >"$hk_new")`
    return {
      status: 'change',
      summary: `make a temporary ${state}`,
      diff: [],
      apply: sh`hk_place=${place}
[ -d "$hk_place" ] || { printf '%s is not a directory\n' "$hk_place" >&2; exit 1; }
hk_try=0
while :; do
  hk_try=$((hk_try + 1))
  hk_name=$(mktemp -u "$hk_place/hk.XXXXXXXX") || exit 1
  hk_new=$hk_place/${prefix}$(printf %s "$hk_name" | sed 's|.*/hk\.||')${suffix}
  ${make} 2>/dev/null && break
  [ "$hk_try" -lt 100 ] || { ${make}; exit 1; }
done
stat -c '%f %u %g %U %G %s' "$hk_new"
printf '%s\n' "$hk_new"`,
      effects: [],
    }
  },
  result({ state }, output) {
    const [line = '', made = ''] = output.stdout.toString('utf8').split(/\n(.*)/s)
    const [raw = '', uid, gid, owner = '', group = '', size] = line.split(' ')
    if (raw === '') return {}
    const mode = (Number.parseInt(raw, 16) & 0o7777).toString(8).padStart(4, '0')
    const numbers = { uid: Number(uid), gid: Number(gid), size: Number(size) }
    return { path: made.replace(/\n$/, ''), state, mode, owner, group, ...numbers }
  },
})
