import * as z from 'zod'
import { kindOf, lintConfig } from '../ha/lint/files.ts'
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
    mistakes: bool.default(true).describe('Whether mistakes in such a file are named.'),
  }),
  example: `
- name: Look for a foreign haproxy configuration
  ha_adopt:
    path: /etc/haproxy/haproxy.cfg
    package: haproxy
`,
  returns: { state: 'Whose file it is: absent, ours, pristine or foreign.' },
  notes: ['Mistakes in a foreign configuration of keepalived or haproxy are named, with their lines.'],
  prepare(params, controller) {
    const host = controller.variable('inventory_hostname')
    return { ...params, host: typeof host === 'string' ? host : '' }
  },
  asks: (params) => [{ kind: 'script', ask: question(params) }],
  plan({ path, package: owner, adopt, mistakes: named, host }, world) {
    const reasons: Record<Exclude<State, 'foreign'>, string> = {
      absent: `${path} does not exist`,
      ours: `${path} was written by hakube`,
      pristine: `${path} is the default of the package ${owner}`,
    }
    const { state, text } = look(world, { path, package: owner })
    if (state !== 'foreign') return { status: 'ok', reason: reasons[state], result: { state } }
    const mistakes = named ? mistakesIn(text, path) : []
    if (adopt) {
      const message = [`${host}: ${path}, which is replaced, has mistakes:`, ...mistakes].join('\n')
      return {
        status: 'ok',
        reason: `${path} was not written by hakube and may be replaced`,
        result: { state, ...(mistakes.length > 0 ? { hakube_message: message } : {}) },
      }
    }
    const foreign = `${path} was not written by hakube, and is not the default of the package ${owner}`
    return {
      status: 'fail',
      message: [foreign, ...(mistakes.length > 0 ? ['It has mistakes:', ...mistakes] : [])].join('\n'),
      hint: 'see what would become of it with `hakube check --adopt`, and replace it with `hakube apply --adopt`: the old file is kept beside the new one',
    }
  },
})

/** What does not work in somebody else's configuration, a line each. */
function mistakesIn(text: string, path: string): string[] {
  const kind = kindOf(text)
  if (kind === undefined) return []
  return lintConfig(kind, text).map(({ line, message, hint }) => `  ${path}:${line}: ${message} (${hint})`)
}

interface File {
  path: string
  package: string
}

function question(file: File): ScriptAsk {
  const values = sh`file=${file.path} package=${file.package} marker=${MARKER}`
  return { id: `ha_adopt ${file.package} ${file.path}`, text: lines(values, LOOK) }
}

/** What the file is; of a foreign one, its text as well. */
function look(world: World, file: File): { state: State; text: string } {
  const { stdout, stderr } = world.get('script', question(file))
  const [word = '', ...rest] = stdout.toString('utf8').split('\n')
  const state = STATES.find((each) => each === word)
  if (state === undefined)
    throw new TypeError(`the look at ${file.path} says: ${word} ${stderr.toString('utf8')}`)
  return { state, text: rest.join('\n') }
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
else
  echo foreign
  [ ! -f "$file" ] || head -c 262144 "$file"
fi`.replace('$CONFFILES', '${Conffiles}'),
)
