import * as z from 'zod'
import { MARKER } from '../ha/marker.ts'
import { lines, Script, sh } from '../shell/sh.ts'
import { defineTask } from '../task.ts'
import type { ScriptAsk } from '../world/replies.ts'
import type { World } from '../world/world.ts'
import { bool, name, path } from './params.ts'

const STATES = ['absent', 'ours', 'pristine', 'foreign'] as const
type State = (typeof STATES)[number]

export default defineTask({
  name: 'ha_adopt',
  aliases: [],
  summary: 'Fail where a configuration file that hakube did not write would be replaced.',
  kind: () => 'state',
  params: z.strictObject({
    path: path.describe('The configuration file.'),
    package: name.describe(
      'The package that brings a default of it; its own unmodified file may be replaced.',
    ),
    adopt: bool.default(false).describe('Whether a file of somebody else may be replaced as well.'),
  }),
  example: `
- name: Look for a foreign haproxy configuration
  ha_adopt:
    path: /etc/haproxy/haproxy.cfg
    package: haproxy
`,
  returns: { state: 'Whose file it is: absent, ours, pristine or foreign.' },
  prepare: (params) => params,
  asks: (params) => [{ kind: 'script', ask: question(params) }],
  plan({ path, package: owner, adopt }, world) {
    const reasons: Record<Exclude<State, 'foreign'>, string> = {
      absent: `${path} does not exist`,
      ours: `${path} was written by hakube`,
      pristine: `${path} is the default of the package ${owner}`,
    }
    const state = stateOf(world, { path, package: owner })
    const result = { state }
    if (state !== 'foreign') return { status: 'ok', reason: reasons[state], result }
    if (adopt)
      return { status: 'ok', reason: `${path} was not written by hakube and may be replaced`, result }
    return {
      status: 'fail',
      message: `${path} was not written by hakube, and is not the default of the package ${owner}`,
      hint: 'see what would become of it with `hakube check --adopt`, and replace it with `hakube apply --adopt`: the old file is kept beside the new one',
    }
  },
})

interface File {
  path: string
  package: string
}

function question(file: File): ScriptAsk {
  const values = sh`file=${file.path} package=${file.package} marker=${MARKER}`
  return { id: `ha_adopt ${file.package} ${file.path}`, text: lines(values, LOOK) }
}

function stateOf(world: World, file: File): State {
  const { stdout, stderr } = world.get('script', question(file))
  const word = stdout.toString('utf8').trim()
  const state = STATES.find((each) => each === word)
  if (state === undefined)
    throw new TypeError(`the look at ${file.path} says: ${word} ${stderr.toString('utf8')}`)
  return state
}

/** Both package managers keep digests of the files that they brought: dpkg MD5, rpm (since 2009) SHA-256. */
const LOOK = new Script(
  String.raw`
brought() {
  dpkg-query -W -f='$CONFFILES\n' "$package"
  rpm -q --qf '[%{FILENAMES} %{FILEDIGESTS}\n]' "$package"
}
digest() {
  case $1 in
  ????????????????????????????????) md5sum <"$file" ;;
  *) sha256sum <"$file" ;;
  esac
}
pristine() {
  brought 2>/dev/null | while read -r name sum rest; do
    [ "$name" = "$file" ] || continue
    set -- $(digest "$sum")
    [ "$1" = "$sum" ] && echo yes
  done
}
if [ ! -e "$file" ] && [ ! -h "$file" ]; then echo absent
elif grep -qsF "$marker" "$file"; then echo ours
elif [ -f "$file" ] && [ -n "$(pristine)" ]; then echo pristine
else echo foreign
fi`.replace('$CONFFILES', '${Conffiles}'),
)
