import { dirname } from 'node:path/posix'
import * as z from 'zod'
import { MARKER } from '../ha/marker.ts'
import { lines, Script, sh } from '../shell/sh.ts'
import { defineTask } from '../task.ts'
import { pathGone } from '../world/path-effects.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { bool, path } from './params.ts'

interface Removal {
  path: string
  marked: boolean
  prune: boolean
  sysctl: boolean
}

export default defineTask({
  name: 'ha_remove',
  aliases: [],
  summary: 'Remove a file that hakube wrote; one that somebody else wrote stays.',
  kind: () => 'state',
  params: z.strictObject({
    path: path.describe('The file.'),
    marked: bool
      .default(true)
      .describe('Whether hakube’s own say so in their first lines. No: the name alone tells.'),
    prune: bool.default(false).describe('Also remove its directory, if nothing else is in it.'),
    sysctl: bool
      .default(false)
      .describe('It is a file of sysctl.d: what it sets gets the value of the other files there, else 0.'),
  }),
  example: `
- name: Remove haproxy's configuration
  ha_remove:
    path: /etc/haproxy/haproxy.cfg
`,
  prepare: (params): Removal => params,
  asks: (removal) => [{ kind: 'script', ask: question(removal) }],
  plan(removal, world) {
    const { path: file, prune, sysctl } = removal
    const words = world.get('script', question(removal)).stdout.toString('utf8').trim().split(' ')
    const [state, rest] = words
    if (state === 'absent') return { status: 'ok', reason: `${file} does not exist` }
    if (state !== 'ours') return { status: 'ok', reason: `${file} was not written by hakube and stays` }
    const parent = prune && rest === 'alone' ? dirname(file) : undefined
    return {
      status: 'change',
      summary: parent === undefined ? `remove ${file}` : `remove ${file} and its directory`,
      diff: [{ type: 'fields', subject: file, fields: [{ name: 'state', before: 'file', after: 'absent' }] }],
      apply: lines(
        sysctl ? sh`keys=$(sed -n 's/^ *\([^#; =]*\) *=.*/\1/p' ${file})` : sh`keys=`,
        sh`rm -f ${file} || exit`,
        RESET,
        parent === undefined ? sh`:` : sh`rmdir ${parent}`,
      ),
      effects: [pathGone(file), ...(parent === undefined ? [] : [pathGone(parent)])],
    }
  },
})

/** The value that the system would have without the file. */
const RESET = new Script(String.raw`for key in $keys; do
  pattern=$(printf '%s\n' "$key" | sed 's/\./[.\/]/g')
  value=$(cat /usr/lib/sysctl.d/*.conf /run/sysctl.d/*.conf /etc/sysctl.d/*.conf /etc/sysctl.conf 2>/dev/null |
    sed -n "s/^ *$pattern *= *//p" | tail -n 1)
  sysctl -q -w "$key=${'${value:-0}'}" || exit
done`)

function question({ path: file, marked }: Removal): ScriptAsk {
  const values = sh`file=${file} folder=${dirname(file)} marker=${marked ? MARKER : ''}`
  return { id: `ha_remove ${file}`, text: lines(values, LOOK) }
}

/** Anything but a file of its own, such as a link, is somebody else's. */
const LOOK = new Script(
  String.raw`if [ ! -e "$file" ] && [ ! -h "$file" ]; then echo absent
elif [ -f "$file" ] && [ ! -h "$file" ] && { [ -z "$marker" ] || grep -qsF "$marker" "$file"; }; then
  if [ "$(ls -A "$folder" | wc -l)" -eq 1 ]; then echo ours alone; else echo ours; fi
else echo foreign
fi`,
)
